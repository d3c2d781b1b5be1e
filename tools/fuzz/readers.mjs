// `node tools/fuzz/readers.mjs [--runs 100000] [--seed 7] [--only NAME]`: fuzzes every file reader with that many
// changed files: truncated, with flipped bits, wrong lengths, and inserted and repeated pieces. It fails if a file is
// neither read nor rejected with an error of our own, takes more than five seconds or a gigabyte of memory, or crashes
// the reader. It then prints the change that caused it, minimized. With temporary files in memory (TMPDIR=/dev/shm)
// most readers take minutes. NAME is a part of a reader's name, such as "parquet".
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '7' },
    only: { type: 'string', default: '' },
  },
});
const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = ['vitest', 'run', '--config', 'tools/vitest.config.ts', '--maxWorkers=1'];
const files = ['packages/datasets/src/fuzz.test.ts', 'tools/fuzz/readers.test.ts'];
const filter = values.only === '' ? [] : ['-t', values.only];
const { status } = spawnSync('npx', [...vitest, ...files, ...filter], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, HM_FUZZ_RUNS: values.runs, HM_FUZZ_SEED: values.seed },
});
process.exitCode = status ?? 1;
