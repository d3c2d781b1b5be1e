import { readFileSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { repeatStep } from '@hm/onnx';
import { compileOn, type StepOptions } from '../engine/compile-on.ts';
import type { Engine } from '../engine/engine.ts';
import { kernelsOfRun } from '../kernels/kernels-of-run.ts';
import { mapRecord } from '../map-record.ts';
import type { SettledOptions } from '../options.ts';
import { type Communicator, collectValues } from '../parallel/communicator.ts';
import { compilePartial } from './partial-program.ts';
import { stepOf } from './step-of.ts';
import { StepProgram } from './step-program.ts';

/** Compiles the step of a run for its engine, with the state at which the run begins or resumes. */
export async function compileStep(
  options: SettledOptions,
  state: StepOptions['state'],
  ranks: Communicator,
): Promise<StepProgram> {
  const { recipe, data, seed, out, resume, kernels = 'direct' } = options;
  const { partialFc } = recipe;
  const engine = engineOfRank(options.engine, ranks);
  const { step, stepOptions } = stepOf(options, state, ranks);
  if (partialFc !== undefined) {
    const partial = { ...partialFc, classes: data.classes, seed };
    return new StepProgram(await compilePartial(engine, step, stepOptions, partial));
  }
  const chosen = await kernelsOfRun({ out, resume, kernels, engine, ranks }, step, stepOptions);
  const whole = { ...stepOptions, kernels: chosen };
  const single = await compileOn(engine, step, whole);
  if (options.stepsPerCall === 1) return new StepProgram(single);
  const count = options.stepsPerCall * (recipe.accumulate ?? 1);
  const inputs = mapRecord(whole.inputs, (input) => ({ ...input, shape: [count, ...input.shape] }));
  try {
    const program = await compileOn(engine, repeatStep(step, count), { ...whole, inputs });
    return new StepProgram(single, { program, count });
  } catch (error) {
    await single.release();
    throw error;
  }
}

/** Returns the engine with a number of threads for this rank, unless one was given. */
function engineOfRank(engine: Engine, ranks: Communicator): Engine {
  if (ranks.count === 1) return engine;
  const threads = defaultThreads(ranks);
  return engine.kind === 'onnx' ? { threads, ...engine } : engine;
}

/** Number of cores that this rank may use, divided by the number of ranks that share them. */
function defaultThreads(ranks: Communicator): number {
  const own = `${hostname()} ${allowedCores()}`;
  const sharing = collectValues(ranks, own).filter((other) => other === own).length;
  return Math.max(1, Math.floor(availableParallelism() / sharing));
}

/** Cores that this process may use, as Linux lists them. Empty elsewhere: processes are not bound to cores there. */
function allowedCores(): string {
  try {
    return /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}
