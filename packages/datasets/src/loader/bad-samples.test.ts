import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidDataError } from '@hm/tensor/host';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Dataset, Sample } from '../dataset.ts';
import { imageFolder } from '../image-folder.ts';
import { imageList } from '../image-list.ts';
import { temporaryFolder, write, writeFaces } from '../testing/files.ts';
import { collect, content, options, readUntilError } from '../testing/read-batches.ts';
import { batches } from './batches.ts';
import { createLoader } from './create-loader.ts';
import type { BadSample } from './loader-options.ts';

const folder = temporaryFolder();
let faces: Dataset;

beforeAll(async () => {
  faces = await imageFolder(await writeFaces(join(folder, 'faces'), 3, 7));
});

describe('bad samples', () => {
  async function damaged(): Promise<Dataset> {
    const root = await writeFaces(join(folder, 'damaged'), 2, 8);
    write(join(root, 'a/3.png'), readFileSync(join(root, 'a/3.png')).subarray(0, 200));
    write(join(root, 'b/8.png'), '');
    return imageFolder(root);
  }

  test('the error names the file and comes in the file’s turn', async () => {
    const data = await damaged();
    for (const workers of [1, 2, 3]) {
      const read = batches(data, { ...options, batchSize: 2, shuffle: false, workers, epoch: 0 });
      const { read: count, error } = await readUntilError(read);
      expect(count).toBe(1);
      expect(error).toMatchObject({
        code: 'invalid-data',
        fields: { path: join(folder, 'damaged/a/3.png'), id: 'a/3.png', index: 2 },
      });
    }
  });

  test('skipping keeps the batch size, the other batches and the order, and lists each', async () => {
    const data = await damaged();
    const skipOptions = { ...options, shuffle: false, onBadSample: 'skip' as const };
    const contents: unknown[] = [];
    for (const workers of [1, 3]) {
      const loader = createLoader(data, { ...skipOptions, workers });
      const all = await collect(loader.batches({ epoch: 0 }));
      contents.push(content(all));
      expect(all.map(({ indices }) => indices.length)).toEqual([4, 4, 4, 4]);
      expect(all[1]!.indices).toEqual([4, 5, 6, 7]);
      expect(all[0]!.indices).toEqual([0, 1, expect.any(Number), 3]);
      for (const { indices, labels } of all) {
        for (const [slot, index] of indices.entries()) {
          const sample = await data.sample(index);
          expect(['a/3.png', 'b/8.png']).not.toContain(sample.id);
          expect(labels.data[slot]).toBe(sample.label);
        }
      }
      expect(loader.badSamples.map(({ id }) => id)).toEqual(['a/3.png', 'b/8.png']);
      await collect(loader.batches({ epoch: 0 }));
      expect(loader.badSamples).toHaveLength(2);
      await loader.close();
    }
    expect(contents[0]).toEqual(contents[1]);
  });

  test('a function is told of each', async () => {
    const told: BadSample[] = [];
    const onBadSample = (bad: BadSample) => told.push(bad);
    await collect(batches(await damaged(), { ...options, onBadSample, epoch: 0 }));
    expect(told.map(({ id }) => id).sort()).toEqual(['a/3.png', 'b/8.png']);
    for (const { reason } of told) expect(reason).not.toBe('');
  });

  test('more than a share of bad samples end the reading, and are listed', async () => {
    const data = await damaged();
    const skip = { ...options, onBadSample: 'skip' as const };
    const { error } = await readUntilError(batches(data, { ...skip, maxBadShare: 0.1, epoch: 0 }));
    expect(error).toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining('at most 1 bad samples among 16, got 2'),
      fields: { most: 1 },
    });
    const { bad } = (error as InvalidDataError).fields as { bad: BadSample[] };
    expect(bad.map(({ id }) => id).sort()).toEqual(['a/3.png', 'b/8.png']);
    expect(await collect(batches(data, { ...skip, maxBadShare: 0.2, epoch: 0 }))).toHaveLength(4);
    expect((await readUntilError(batches(data, { ...skip, maxBadShare: 0, epoch: 0 }))).error).toBeDefined();
    for (const maxBadShare of [-1, 2, Number.NaN]) {
      expect(() => createLoader(data, { ...skip, maxBadShare })).toThrow('from 0 to 1');
    }
  });

  test('a share that none sets is 1 %, but not fewer than ten samples', async () => {
    const gone = (length: number, bad: number) => {
      const good = { pixels: new Uint8Array(12 * 12 * 3), height: 12, width: 12 };
      return imageList(
        Array.from({ length }, (_, index) => ({
          ...(index < bad ? { bytes: new Uint8Array(1) } : good),
          id: String(index),
        })),
      );
    };
    const skip = { ...options, batchSize: 64, onBadSample: 'skip' as const, epoch: 0 };
    expect(await collect(batches(gone(40, 10), skip))).toHaveLength(1);
    expect((await readUntilError(batches(gone(40, 11), skip))).error).toMatchObject({ fields: { most: 10 } });
    expect(await collect(batches(gone(1200, 12), skip))).toHaveLength(19);
  });

  test('a data set with nothing usable is an error even when skipping', async () => {
    const data = imageList([{ path: join(folder, 'gone.jpg'), id: 'gone' }]);
    const { error } = await readUntilError(batches(data, { ...options, onBadSample: 'skip', epoch: 0 }));
    expect(error).toMatchObject({ code: 'invalid-data', message: expect.stringContaining('gone') });
  });

  test('a data set’s own invalid data can be skipped, its other errors cannot', async () => {
    const failing = (error: unknown): Dataset => ({
      length: 4,
      classes: 1,
      name: () => 'a',
      sample: async (index): Promise<Sample> => {
        if (index === 2) throw error;
        return faces.sample(index);
      },
    });
    const details = { where: 'record 2', expected: 'a header', received: 'none', fix: 'Repair it.' };
    const invalid = failing(new InvalidDataError(details));
    const [batch] = await collect(batches(invalid, { ...options, onBadSample: 'skip', epoch: 0 }));
    expect(batch!.indices).not.toContain(2);
    expect((await readUntilError(batches(invalid, { ...options, epoch: 0 }))).error).toMatchObject({
      message: expect.stringContaining('record 2'),
    });
    const broken = failing(new TypeError('a fault of the data set'));
    const { error } = await readUntilError(batches(broken, { ...options, onBadSample: 'skip', epoch: 0 }));
    expect(error).toBeInstanceOf(TypeError);
  });
});

test('a label that is out of range is an error', async () => {
  const wrong: Dataset = {
    length: 1,
    classes: 2,
    name: () => 'a',
    sample: async () => ({ ...(await faces.sample(0)), label: 2 }),
  };
  const { error } = await readUntilError(batches(wrong, { ...options, epoch: 0 }));
  expect(error).toMatchObject({ code: 'invalid-data', fields: { label: 2, classes: 2 } });
});
