import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VerificationProtocol } from '../protocol.ts';
import { imageTable } from './image-table.ts';

let path: string;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-image-table-'));
  path = join(folder, 'groups.csv');
});
afterAll(() => rm(folder, { recursive: true }));

const protocol: VerificationProtocol = {
  ...{ name: 'pairs', pairs: [], folds: 1, official: true, notes: [] },
  images: ['Ada/1.jpg', 'Ada/2.jpg', 'Grace/1.jpg'].map((id) => ({ id, path: id })),
};
const read = async (text: string) => {
  await writeFile(path, text);
  return (await imageTable(protocol, path)).images.map(({ group, quality }) => [group, quality]);
};

test('images by name, people by folder', async () => {
  expect(await read('image,group,quality\nAda,old,0.5\nAda/2.jpg,young,1\n')).toEqual([
    ['old', 0.5],
    ['young', 1],
    [undefined, undefined],
  ]);
  expect(await read('person;demographic\n"Grace";"a, b"\n')).toEqual([
    [undefined, undefined],
    [undefined, undefined],
    ['a, b', undefined],
  ]);
});

test('a name without a folder is not that of another image with a letter more', async () => {
  const rendered = { ...protocol, images: [1, 10].map((number) => ({ id: `image ${number}`, path: '' })) };
  await writeFile(path, 'image,group\nimage 1,dark\n');
  expect((await imageTable(rendered, path)).images.map(({ group }) => group)).toEqual(['dark', undefined]);
});

test.each([
  ['no header', 'Ada/1.jpg,old\n', /a header with image and group|a column/],
  ['no group', 'image,group\nAda,\n', /line 2: Ada/],
  ['a quality that is no number', 'image,quality\nAda,good\n', /a number as quality/],
  ['other images', 'image,group\nEva,old\n', /none of them among 1/],
])('%s is refused', async (_, text, message) => {
  await expect(read(text)).rejects.toThrow(message);
});
