import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { temporaryFolder } from './testing/files.ts';
import { readChanged } from './testing/fuzz.ts';
import { fuzzReader, fuzzRuns } from './testing/fuzz-reader.ts';
import { fuzzTargets } from './testing/fuzz-targets.ts';

const folder = temporaryFolder();

describe('changed files are read or refused', () => {
  test.each(fuzzTargets)('$name', { timeout: 60_000 + fuzzRuns * 100 }, async (target) => {
    const place = join(folder, target.name);
    mkdirSync(place);
    await fuzzReader(target, place, readChanged);
  });
});
