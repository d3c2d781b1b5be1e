import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '@hm/images';
import { expect, test } from 'vitest';
import type { Dataset, Sample } from './dataset.ts';
import { imageFolder } from './image-folder.ts';
import { inMemory } from './in-memory.ts';
import { preload } from './preload.ts';
import { temporaryFolder, writeFaces } from './testing/files.ts';

const folder = temporaryFolder();

test('files are read once', async () => {
  const root = await writeFaces(join(folder, 'faces'), 2, 2);
  const data = inMemory(await imageFolder(root));
  expect([data.length, data.classes, data.name(1)]).toEqual([4, 2, 'b']);
  const first = await data.sample(3);
  expect([first.label, first.id]).toEqual([1, 'b/2.png']);
  rmSync(root, { recursive: true });
  expect((await decodeImage((await data.sample(3)).image)).height).toBe(12);
  await expect(data.sample(0)).rejects.toMatchObject({
    code: 'invalid-data',
    fields: { path: join(root, 'a/1.png') },
  });
});

test('what a reader found wrong is still known', async () => {
  const skipped = [{ path: 'a/notes.txt', reason: 'no image', missed: false }];
  const found: Dataset = { length: 0, classes: 0, name: String, sample: () => null as never };
  const data: Dataset = { ...found, skipped, problems: ['two labels'] };
  for (const copy of [inMemory(data), await preload(data)])
    expect(copy).toMatchObject({ skipped, problems: ['two labels'] });
  expect(inMemory(found)).not.toHaveProperty('skipped');
});

test('pixels are computed once, without waiting', () => {
  let computed = 0;
  const drawn: Dataset = {
    length: 1,
    classes: 1,
    name: () => 'a',
    sample: () => ({
      label: 0,
      id: 'a',
      image: {
        height: 1,
        width: 1,
        get pixels() {
          computed++;
          return Uint8Array.of(1, 2, 3);
        },
      },
    }),
  };
  const data = inMemory(drawn);
  for (let round = 0; round < 3; round++) {
    const { image } = data.sample(0) as Sample;
    expect(image).toEqual({ pixels: Uint8Array.of(1, 2, 3), height: 1, width: 1 });
  }
  expect(computed).toBe(1);
});
