import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidDataError } from '@hm/tensor/host';
import { expect, it, onTestFinished } from 'vitest';
import { mergeStudies } from './merge-studies.ts';
import { appendRow, readRows, type StudyRow } from './rows.ts';

const row = { study: 'tiny', stage: 'tuning', configuration: 'a' } as StudyRow;

it('reads the other folders without writing into them, and refuses one that is no study before anything', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hm-merge-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [tuned, empty, typo] = [join(folder, 'tuned'), join(folder, 'empty'), join(folder, 'typo')];
  for (const name of [tuned, empty]) await mkdir(name);
  await appendRow(tuned, row);
  const whole = join(folder, 'whole');
  for (const other of [empty, typo]) {
    await expect(mergeStudies(whole, [tuned, other])).rejects.toThrow(InvalidDataError);
    await expect(mergeStudies(whole, [tuned, other])).rejects.toThrow(/rows\.jsonl: .*no such file/);
  }
  expect((await readdir(folder)).sort()).toEqual(['empty', 'tuned']);
  expect(await mergeStudies(whole, [tuned])).toBe(1);
  expect(await readRows(whole)).toEqual([row]);
  expect([await readdir(tuned), await readdir(empty)]).toEqual([['rows.jsonl'], []]);
});
