import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dataset, defaultPreprocessing, type ImageSource, preprocessingToMetadata } from '@hm/datasets';
import { withMetadata } from '@hm/onnx/session';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { embedDataset } from './embed-dataset.ts';
import { openRecognizer } from './open-recognizer.ts';
import type { Recognizer } from './recognizer.ts';
import { firstPixel } from './testing.ts';

let folder: string;
let recognizer: Recognizer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-embed-dataset-'));
  const preprocessing = { ...defaultPreprocessing, height: 2, width: 3, mean: 0, scale: 1 };
  // The embedding is (red, green) of the first pixel.
  const model = withMetadata(firstPixel(2, 3), preprocessingToMetadata(preprocessing));
  recognizer = await openRecognizer(model, { aligned: true });
});
afterAll(async () => {
  await recognizer.release();
  await rm(folder, { recursive: true });
});

const png = (background: string) =>
  sharp({ create: { width: 3, height: 2, channels: 3, background } })
    .png()
    .toBuffer();

/** Images in turn of two people. */
const ofTwo = (...images: ImageSource[]): Dataset => ({
  length: images.length,
  classes: 2,
  name: (label) => ['Ada', 'Grace'][label]!,
  sample: (index) => ({ image: images[index]!, label: index % 2, id: `image ${index}` }),
});

test('embeds files, encoded bytes, stretches of files and pixels, and tells what gave nothing', async () => {
  const [file, both] = [join(folder, 'red.png'), join(folder, 'both')];
  const [red, green] = await Promise.all([png('#c80000'), png('#00c800')]);
  await writeFile(file, red);
  await writeFile(both, Buffer.concat([red, green]));
  const pixels = Uint8Array.from({ length: 18 }, (_, k) => [7, 8, 9][k % 3]!);
  const data = ofTwo(
    { path: file },
    { path: join(folder, 'none.png') },
    { file: both, offset: red.length, length: green.length },
    { pixels, height: 2, width: 3 },
    { bytes: new Uint8Array(green) },
  );
  const progress: number[] = [];
  const onProgress = (done: number, total: number) => progress.push(done / total);
  const found = await embedDataset(recognizer, data, { onProgress });
  expect(found.embeddings.shape).toEqual([4, 2]);
  expect([...found.embeddings.data]).toEqual([200, 0, 0, 200, 7, 8, 0, 200]);
  expect(found).toMatchObject({
    ids: ['image 0', 'image 2', 'image 3', 'image 4'],
    labels: ['Ada', 'Ada', 'Grace', 'Ada'],
    places: [0, 2, 3, 4],
    missing: [{ id: 'image 1', reason: expect.any(String) }],
  });
  expect(progress).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
});

test('a file that is there twice has both labels, found or not', async () => {
  const file = join(folder, 'twice.png');
  await writeFile(file, await png('#c80000'));
  const none = { path: join(folder, 'none.png') };
  const found = await embedDataset(
    recognizer,
    ofTwo({ path: file }, none, none, { path: file }, { path: file }),
  );
  expect(found).toMatchObject({
    ids: ['image 0', 'image 3', 'image 4'],
    labels: ['Ada', 'Grace', 'Ada'],
    places: [0, 3, 4],
    missing: [{ id: 'image 1' }, { id: 'image 2' }],
  });
});

test('goes on behind the first 512 images', async () => {
  const gray = (value: number) => ({ pixels: new Uint8Array(18).fill(value), height: 2, width: 3 });
  const data = ofTwo(...Array.from({ length: 515 }, (_, k) => gray(k % 251)));
  const { embeddings, places } = await embedDataset(recognizer, data);
  expect(places).toEqual(Array.from({ length: 515 }, (_, k) => k));
  expect(embeddings.data[2 * 514]).toBe(514 % 251);
});
