import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { decodeImage } from '@hm/images';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { standard } from '../augment/augmentation.ts';
import type { Dataset } from '../dataset.ts';
import { imageFolder } from '../image-folder.ts';
import { imageList } from '../image-list.ts';
import { noise, temporaryFolder, writeFaces } from '../testing/files.ts';
import { collect, content, options } from '../testing/read-batches.ts';
import { batches } from './batches.ts';
import { createLoader } from './create-loader.ts';
import { normalizeInto } from './normalize-into.ts';

const folder = temporaryFolder();
const { preprocessing } = options;
let faces: Dataset;

beforeAll(async () => {
  faces = await imageFolder(await writeFaces(join(folder, 'faces'), 3, 7));
});

describe('batches', () => {
  test('hold the samples that their indices name, normalised, every sample once', async () => {
    const all = await collect(batches(faces, { ...options, epoch: 0 }));
    expect(all.map(({ images }) => images.shape[0])).toEqual([4, 4, 4, 4, 4, 1]);
    for (const { images, labels, indices } of all) {
      const expected = new Float32Array(images.data.length);
      for (const [slot, index] of indices.entries()) {
        const { image, label } = await faces.sample(index);
        normalizeInto(expected, slot, await decodeImage(image), preprocessing);
        expect(labels.data[slot]).toBe(label);
      }
      expect(images.data).toEqual(expected);
    }
    expect(all.flatMap(({ indices }) => indices).sort((a, b) => a - b)).toEqual([...Array(21).keys()]);
    for (const { waitMilliseconds } of all) expect(waitMilliseconds).toBeGreaterThanOrEqual(0);
  });

  test('1, 2 and 3 workers and any queue give the same bytes', async () => {
    const settings = fc.record({
      batchSize: fc.integer({ min: 1, max: 8 }),
      seed: fc.integer(),
      epoch: fc.nat(),
      shuffle: fc.boolean(),
      dropLast: fc.boolean(),
    });
    const queues = fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 9 })));
    await fc.assert(
      fc.asyncProperty(settings, queues, async (drawn, [one, two, three]) => {
        const read = async (workers: number, queue = 1) =>
          content(await collect(batches(faces, { ...options, ...drawn, augment: standard, workers, queue })));
        const expected = await read(1, one);
        expect(await read(2, two)).toEqual(expected);
        expect(await read(3, three)).toEqual(expected);
      }),
      { numRuns: 6 },
    );
  });

  test('another epoch or seed has another order and other augmentation', async () => {
    const read = async (seed: number, epoch: number) =>
      (await collect(batches(faces, { ...options, seed, epoch }))).flatMap(({ indices }) => indices);
    const first = await read(1, 0);
    expect(await read(1, 1)).not.toEqual(first);
    expect(await read(2, 0)).not.toEqual(first);
    const inOrder = { ...options, shuffle: false, augment: { affine: {} } };
    const [one, two] = [
      content(await collect(batches(faces, { ...inOrder, epoch: 0 }))),
      content(await collect(batches(faces, { ...inOrder, epoch: 1 }))),
    ];
    expect(one[0]!.indices).toEqual([0, 1, 2, 3]);
    expect(one[0]!.bytes).not.toBe(two[0]!.bytes);
  });

  test('start resumes within an epoch', async () => {
    const whole = content(await collect(batches(faces, { ...options, augment: standard, epoch: 2 })));
    const rest = content(
      await collect(batches(faces, { ...options, augment: standard, epoch: 2, start: 4 })),
    );
    expect(rest).toEqual(whole.slice(4));
    expect(await collect(batches(faces, { ...options, epoch: 2, start: 6 }))).toEqual([]);
  });

  test('an order of one’s own is read batch after batch, a place in it more than once if so', async () => {
    const order = [20, 0, 0, 7, ...Array.from({ length: 17 }, () => 3)];
    const all = await collect(batches(faces, { ...options, epoch: 0, order }));
    expect(all.flatMap(({ indices }) => indices)).toEqual(order);
    const rest = await collect(batches(faces, { ...options, epoch: 0, order, start: 1 }));
    expect(content(rest)).toEqual(content(all.slice(1)));
    const read = (wrong: number[]) => batches(faces, { ...options, epoch: 0, order: wrong });
    expect(() => read([0, 1])).toThrow(/order\.length/);
    expect(() => read(order.with(4, 21))).toThrow(/each place in order.*from 0 to 20/);
  });

  test('dropLast leaves the last batch out', async () => {
    const all = await collect(batches(faces, { ...options, epoch: 0, dropLast: true }));
    expect(all.map(({ images }) => images.shape[0])).toEqual([4, 4, 4, 4, 4]);
  });

  test('bytes and pixels cross without harm to the data set’s memory', async () => {
    const pixels = noise(5, 12, 12);
    const file = readFileSync(join(folder, 'faces/a/1.png'));
    const shared = Buffer.concat([Buffer.alloc(100), file, Buffer.alloc(100)]);
    const bytes = shared.subarray(100, 100 + file.length);
    const dataset = imageList([
      { pixels, height: 12, width: 12, id: 'pixels' },
      { bytes, id: 'bytes' },
    ]);
    const augment = { flip: { probability: 1 } };
    for (let round = 0; round < 2; round++) {
      const read = batches(dataset, { ...options, augment, shuffle: false, epoch: 0 });
      const [batch] = await collect(read);
      const first = [...pixels.subarray(33, 36)].map((value) => Math.fround((value - 127.5) / 128));
      expect([...batch!.images.data.subarray(0, 3)]).toEqual(first);
    }
    expect(pixels).toEqual(noise(5, 12, 12));
    expect(shared.length).toBe(file.length + 200);
  });

  test('images of another size are resized', async () => {
    const small = { ...preprocessing, height: 6, width: 5 };
    const [batch] = await collect(
      batches(faces, { ...options, preprocessing: small, shuffle: false, epoch: 0 }),
    );
    const expected = await decodeImage((await faces.sample(1)).image, { height: 6, width: 5 });
    expect(batch!.images.shape).toEqual([4, 6, 5, 3]);
    expect([...batch!.images.data.subarray(90, 180)]).toEqual(
      [...expected.pixels].map((value) => Math.fround((value - 127.5) / 128)),
    );
  });

  test('the queue is bounded', async () => {
    let asked = 0;
    const counting: Dataset = {
      length: 21,
      classes: 3,
      name: (label) => faces.name(label),
      sample: (index) => {
        asked++;
        return faces.sample(index);
      },
    };
    const iterator = batches(counting, { ...options, batchSize: 1, queue: 2, epoch: 0 });
    for (let taken = 1; taken <= 3; taken++) {
      await iterator.next();
      await setTimeout(50);
      expect(asked).toBe(taken + 2);
    }
    await iterator.return();
  });
});

describe('arguments', () => {
  test.each([
    { batchSize: 0 },
    { workers: 0 },
    { queue: 0.5 },
    { seed: 0.1 },
    { epoch: -1 },
    { start: 7 },
    { augment: { flip: { probability: 2 } } },
  ])('%j is refused before any work', (wrong) => {
    expect(() => batches(faces, { ...options, epoch: 0, ...wrong })).toThrow(/expected .* Fix: /);
  });

  test('an empty data set and a preprocessing without a size', () => {
    expect(() => createLoader(imageList([]), options)).toThrow('at least one sample');
    const wrong = { ...preprocessing, height: 0 };
    expect(() => createLoader(faces, { ...options, preprocessing: wrong })).toThrow(
      'positive integer as height',
    );
  });
});

test('a path with odd characters is read as it is', async () => {
  const path = join(folder, 'ä b[1] #%.png');
  copyFileSync(join(folder, 'faces/a/1.png'), path);
  const [batch] = await collect(batches(imageList([{ path, id: 'odd' }]), { ...options, epoch: 0 }));
  expect(batch!.images.shape[0]).toBe(1);
});
