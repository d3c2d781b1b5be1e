// Tries an engine in a separate process, because drivers write to stderr and some crash. Its last line is the result.
import { HmError } from '@hm/tensor';
import type { Engine } from '../engine.ts';
import { startBackend } from '../tfjs/start-backend.ts';
import { stepMilliseconds } from './step-milliseconds.ts';

const { engine, measure } = JSON.parse(process.argv[2]!) as { engine: Engine; measure: boolean };

async function findOut(): Promise<object> {
  try {
    const { description = '' } = engine.kind === 'tfjs' ? await startBackend(engine.backend) : {};
    return measure ? { description, milliseconds: await stepMilliseconds(engine) } : { description };
  } catch (error) {
    if (!HmError.isInstance(error)) return { problem: String(error) };
    const { reason = error.message, fix = '' } = error.fields;
    return { problem: reason, fix };
  }
}

const found = await findOut();
process.stdout.write(`\n${JSON.stringify(found)}\n`, () => process.exit(0));
