import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyHome } from '../../../tools/empty-home.ts';
import { identityModel } from './identity-model.ts';
import { quietEnvironment, VARIABLE } from './telemetry.node.ts';

const folder = mkdtempSync(join(tmpdir(), 'hm-telemetry-'));
afterAll(() => rmSync(folder, { recursive: true }));

const library = JSON.stringify(new URL('../dist/session.js', import.meta.url));
const model = join(folder, 'identity.onnx');
writeFileSync(model, identityModel());
const session = `import(${library})
  .then(({ createSession }) => createSession(${JSON.stringify(model)}))
  .then((session) => session.release())
  .then(() => console.log('ran'))`;
const inWorker = `new (require('node:worker_threads').Worker)(${JSON.stringify(session)}, { eval: true });`;

/** Runs a program whose home and folder for temporary files are empty: what it prints, and what it leaves there. */
async function run(program: string, environment: Record<string, string> = {}) {
  const home = emptyHome();
  const env = { ...home.environment, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { env });
  const left = home.left();
  home.dispose();
  return { stdout, left };
}

describe('ONNX Runtime reports nothing', () => {
  it.each([
    ['in the main thread', session],
    ['in a worker thread', inWorker],
    [
      'in a worker thread whose main thread works',
      `${inWorker} const end = Date.now() + 1000; while (Date.now() < end);`,
    ],
    [
      'in a worker thread whose main thread waits',
      `${inWorker} Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);`,
    ],
    [
      'in the processes that try providers',
      `import(${library}).then((m) => m.describeProviders()).then(() => console.log('ran'))`,
    ],
  ])('%s', async (_, program) => {
    expect(await run(program)).toEqual({ stdout: 'ran\n', left: [] });
  });

  it('unless the user has set the variable', async () => {
    const tell = `import(${library}).then((m) => m.describeProviders()).then(() => console.log(process.env.${VARIABLE}))`;
    const typed = await run(tell, { [VARIABLE]: '1 ' });
    expect(typed.stdout).toBe('1 \n');
    expect(quietEnvironment()[VARIABLE]).toBe(process.env[VARIABLE] ?? '1');
  });
});
