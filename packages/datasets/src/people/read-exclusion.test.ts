import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { casiaLfwOverlap } from './casia-lfw-overlap.ts';
import { readExclusion } from './read-exclusion.ts';

test('a file of names, who must all be there, and the people of LFW in CASIA-WebFace, who need not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hm-exclusion-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'names.txt'), 'Ada\nGrace\n');
  const named = { exclude: ['Ada', 'Grace'] };
  expect(await readExclusion(join(folder, 'names.txt'))).toEqual(named);
  expect(await readExclusion('names.txt', folder)).toEqual(named);
  expect(await readExclusion('casia-lfw')).toEqual({ exclude: casiaLfwOverlap, allowUnknownExclude: true });
  await expect(readExclusion('casia', folder)).rejects.toThrow(/casia.*a file with one name a line/);
});
