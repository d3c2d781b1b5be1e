import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './testing/files.ts';
import { mutate, mutations, readChanged } from './testing/fuzz.ts';
import { fuzzTargets } from './testing/fuzz-targets.ts';

// `node tools/fuzz/readers.mjs` runs this with many more.
const runs = Number(process.env.HM_FUZZ_RUNS ?? 100);
const seed = Number(process.env.HM_FUZZ_SEED ?? 7);
const folder = temporaryFolder();

describe('changed files are read or refused', () => {
  test.each(fuzzTargets)('$name', { timeout: 60_000 + runs * 100 }, async ({ name, seeds, read }) => {
    const place = join(folder, name);
    mkdirSync(place);
    const whole = await seeds(place);
    for (const { path, bytes } of whole) {
      writeFileSync(path, bytes);
      await read(path);
    }
    const counts = { read: 0, refused: 0 };
    let slowest = 0;
    const changed = fc.asyncProperty(
      fc.constantFrom(...whole),
      mutations,
      async ({ path, bytes }, changes) => {
        writeFileSync(path, mutate(bytes, changes));
        const start = performance.now();
        counts[await readChanged(() => read(path))]++;
        slowest = Math.max(slowest, performance.now() - start);
      },
    );
    await fc.assert(changed, { numRuns: runs, seed });
    // Changes that all pass, or are all refused for one reason, would try nothing.
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(0);
    if (!process.env.HM_FUZZ_RUNS) return;
    const memory = Math.round(process.resourceUsage().maxRSS / 1024);
    console.log(
      `${name}: ${counts.read} read, ${counts.refused} refused; ${memory} MB so far, at most ${Math.round(slowest)} ms`,
    );
  });
});
