import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { excludedNames } from './open-data.ts';

test('names come from a file, or from the list that is built in', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hm-exclude-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'names.txt'), 'Ada\nGrace\n');
  expect(await excludedNames(join(folder, 'names.txt'))).toEqual({ exclude: ['Ada', 'Grace'] });
  const { exclude, allowUnknownExclude } = await excludedNames('casia-lfw');
  expect(exclude).toContain('1056413');
  expect(allowUnknownExclude).toBe(true);
  expect(await excludedNames(undefined)).toEqual({});
  await expect(excludedNames(join(folder, 'nobody.txt'))).rejects.toThrow(/nobody\.txt/);
});
