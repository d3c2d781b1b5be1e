import { join } from 'node:path';
import { expect, test } from 'vitest';
import { imageFolder } from './image-folder.ts';
import { preload } from './preload.ts';
import { syntheticFaces } from './synthetic/synthetic-faces.ts';
import { temporaryFolder, writeFaces } from './testing/files.ts';

const folder = temporaryFolder();

test('renders in worker threads what the data set renders', async () => {
  const faces = syntheticFaces({ identities: 2, imagesPerIdentity: 3, hardness: 0.4, seed: 3, size: 32 });
  const seen: number[] = [];
  const data = await preload(faces, { workers: 2, onProgress: (done) => seen.push(done) });
  expect([data.length, data.classes, data.name(1)]).toEqual([6, 2, 'person-000001']);
  expect([...data.labels!]).toEqual([0, 0, 0, 1, 1, 1]);
  for (let index = 0; index < 6; index++) {
    const { image, id } = await data.sample(index);
    const wanted = faces.sample(index);
    expect(id).toBe(wanted.id);
    expect('pixels' in image && Buffer.compare(image.pixels, wanted.image.pixels)).toBe(0);
  }
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
});

test('keeps files’ bytes, and names one that cannot be read', async () => {
  const files = await imageFolder(await writeFaces(join(folder, 'files'), 2, 2));
  const { image } = await (await preload(files, { workers: 1 })).sample(3);
  expect('bytes' in image && image.bytes.subarray(1, 4)).toEqual(new Uint8Array(Buffer.from('PNG')));
  const missing = {
    ...files,
    sample: () => ({ image: { path: join(folder, 'none.png') }, label: 0, id: 'none' }),
  };
  await expect(preload(missing, { workers: 1 })).rejects.toThrow(/^none: /);
});
