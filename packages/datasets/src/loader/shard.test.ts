import { join } from 'node:path';
import { badImage } from '@hm/images';
import { beforeAll, describe, expect, test } from 'vitest';
import { standard } from '../augment/augmentation.ts';
import type { Dataset } from '../dataset.ts';
import { imageFolder } from '../image-folder.ts';
import { temporaryFolder, writeFaces } from '../testing/files.ts';
import { collect, options } from '../testing/read-batches.ts';
import { batches } from './batches.ts';
import { createLoader } from './create-loader.ts';
import type { Batch } from './read-epoch.ts';

const folder = temporaryFolder();
const shared = { ...options, augment: standard, dropLast: true, batchSize: 6, epoch: 1 };
let faces: Dataset;

beforeAll(async () => {
  faces = await imageFolder(await writeFaces(join(folder, 'faces'), 3, 7));
});

/** What several loaders read of each batch, put together again. */
const joined = (parts: Batch[][]) =>
  parts[0]!.map((_, position) => {
    const pieces = parts.map((part) => part[position]!);
    return {
      indices: pieces.flatMap(({ indices }) => indices),
      labels: pieces.flatMap(({ labels }) => [...labels.data]),
      images: pieces.flatMap(({ images }) => [...images.data]),
    };
  });

const readShards = (data: Dataset, count: number, changes = {}) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      collect(batches(data, { ...shared, ...changes, shard: { index, count } })),
    ),
  );

describe('shards of a batch', () => {
  test.each([2, 3])('put together again, %i of them are the batches of one loader', async (count) => {
    const whole = joined([await collect(batches(faces, shared))]);
    const parts = await readShards(faces, count);
    for (const part of parts)
      expect(part.map(({ indices }) => indices.length)).toEqual(Array(3).fill(6 / count));
    expect(joined(parts)).toEqual(whole);
  });

  test('draw the same replacement for an image that cannot be used', async () => {
    const torn: Dataset = {
      length: faces.length,
      classes: faces.classes,
      name: (label) => faces.name(label),
      sample(index) {
        if (index % 5 === 2) throw badImage(`image ${index}`, 'torn');
        return faces.sample(index);
      },
    };
    const skip = { onBadSample: 'skip' as const };
    const whole = joined([await collect(batches(torn, { ...shared, ...skip }))]);
    expect(joined(await readShards(torn, 2, skip))).toEqual(whole);
    expect(whole.flatMap(({ indices }) => indices).filter((index) => index % 5 === 2)).toEqual([]);
  });

  test.each([
    [{ shard: { index: 0, count: 4 } }, /multiple of 4/],
    [{ shard: { index: 0, count: 2 }, dropLast: false }, /dropLast/],
    [{ shard: { index: 2, count: 2 } }, /shard.index/],
    [{ shard: { index: 0, count: 0 } }, /shard.count/],
  ])('that do not fit are refused: %o', (changes, message) => {
    const { epoch: _, ...options } = shared;
    expect(() => createLoader(faces, { ...options, ...changes })).toThrow(message);
  });
});
