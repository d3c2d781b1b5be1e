import { join } from 'node:path';
import { expect, test } from 'vitest';
import { imageFolder } from '../image-folder.ts';
import { temporaryFolder, writeFaces } from '../testing/files.ts';
import { casiaLfwOverlap } from './casia-lfw-overlap.ts';
import { excludeIdentities } from './exclude-identities.ts';

const folder = temporaryFolder();

test('identities are left out of any data set, and the rest numbered anew', async () => {
  const all = await imageFolder(await writeFaces(join(folder, 'faces'), 4, 2));
  for (const source of [all, { ...all, labels: undefined }]) {
    const data = await excludeIdentities(source, ['b', 'd']);
    expect([data.length, data.classes, data.name(1), data.excluded]).toEqual([4, 2, 'c', ['b', 'd']]);
    expect([...data.labels]).toEqual([0, 0, 1, 1]);
    expect(await data.sample(3)).toMatchObject({ id: 'c/2.png', label: 1 });
  }
});

test('an unknown name is an error unless allowed', async () => {
  const all = await imageFolder(await writeFaces(join(folder, 'more'), 2, 1));
  await expect(excludeIdentities(all, casiaLfwOverlap)).rejects.toMatchObject({
    code: 'invalid-argument',
    fields: { unknown: casiaLfwOverlap },
  });
  expect((await excludeIdentities(all, ['a', 'Ada'], { allowUnknown: true })).excluded).toEqual(['a']);
});

test('the overlap of CASIA-WebFace with LFW', () => {
  expect(new Set(casiaLfwOverlap).size).toBe(17);
  expect(casiaLfwOverlap).toEqual(expect.arrayContaining(['0166921', '1056413', '1193098']));
  for (const id of casiaLfwOverlap) expect(id).toMatch(/^\d{7}$/);
});
