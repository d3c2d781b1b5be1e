import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { temporaryFolder } from './testing/files.ts';
import { mutate, mutations, readChanged } from './testing/fuzz.ts';
import { fuzzTargets } from './testing/fuzz-targets.ts';

// `node tools/fuzz/readers.mjs` runs this with many more.
const runs = Number(process.env.HM_FUZZ_RUNS ?? 200);
const seed = Number(process.env.HM_FUZZ_SEED ?? 7);
const folder = temporaryFolder();

describe('changed files are read or refused', () => {
  test.each(fuzzTargets)('$name', { timeout: 30_000 + runs * 100 }, async ({ name, seeds, read }) => {
    const place = join(folder, name);
    mkdirSync(place);
    const whole = await seeds(place);
    for (const { path, bytes } of whole) {
      writeFileSync(path, bytes);
      await read(path);
    }
    const changed = fc.asyncProperty(
      fc.constantFrom(...whole),
      mutations,
      async ({ path, bytes }, changes) => {
        writeFileSync(path, mutate(bytes, changes));
        await readChanged(() => read(path));
      },
    );
    await fc.assert(changed, { numRuns: runs, seed, interruptAfterTimeLimit: 30 * 60_000 });
  });
});
