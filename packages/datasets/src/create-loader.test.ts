import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { InvalidDataError } from '@hm/tensor/host';
import { beforeAll, describe, expect, test } from 'vitest';
import { standard } from './augment/augmentation.ts';
import { batches } from './batches.ts';
import { createLoader } from './create-loader.ts';
import type { Dataset, Sample } from './dataset.ts';
import { decodeImage } from './decode-image.ts';
import { imageFolder } from './image-folder.ts';
import { imageList } from './image-list.ts';
import type { BadSample, LoaderOptions } from './loader-options.ts';
import { normalizeInto } from './normalize-into.ts';
import { defaultPreprocessing } from './preprocessing.ts';
import type { Batch } from './read-epoch.ts';
import { noise, temporaryFolder, write, writeFaces } from './testing/files.ts';

const folder = temporaryFolder();
const preprocessing = { ...defaultPreprocessing, height: 12, width: 12 };
const options: LoaderOptions = { batchSize: 4, seed: 7, preprocessing, workers: 1 };
const threads = () => (process.report.getReport() as unknown as { workers: unknown[] }).workers.length;
let faces: Dataset;

beforeAll(async () => {
  faces = await imageFolder(await writeFaces(join(folder, 'faces'), 3, 7));
});

async function collect(source: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of source) all.push(batch);
  return all;
}

const content = (all: Batch[]) =>
  all.map(({ images, labels, indices, position }) => ({
    shape: images.shape,
    bytes: Buffer.from(images.data.buffer).toString('base64'),
    labels: [...labels.data],
    indices,
    position,
  }));

async function readUntilError(source: AsyncIterable<Batch>): Promise<{ read: number; error: unknown }> {
  let read = 0;
  try {
    for await (const _ of source) read++;
  } catch (error) {
    return { read, error };
  }
  throw new Error('no error came');
}

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
    const read = async (workers: number, queue: number) =>
      content(await collect(batches(faces, { ...options, augment: standard, epoch: 3, workers, queue })));
    const expected = await read(1, 1);
    expect(await read(2, 5)).toEqual(expected);
    expect(await read(3, 2)).toEqual(expected);
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

describe('workers', () => {
  test('live from epoch to epoch until the loader is closed', async () => {
    const before = threads();
    const loader = createLoader(faces, { ...options, workers: 2 });
    expect(threads()).toBe(before);
    for (let epoch = 0; epoch < 3; epoch++) expect(await collect(loader.batches({ epoch }))).toHaveLength(6);
    expect(loader.batchesPerEpoch).toBe(6);
    expect(threads()).toBe(before + 2);
    await loader.close();
    await loader.close();
    expect(threads()).toBe(before);
    await expect(loader.batches({ epoch: 0 }).next()).rejects.toThrow('one that was closed');
  });

  test('end with the loop of batches, whether it runs out, breaks or throws', async () => {
    const before = threads();
    await collect(batches(faces, { ...options, epoch: 0 }));
    expect(threads()).toBe(before);
    for await (const _ of batches(faces, { ...options, workers: 2, epoch: 0 })) {
      expect(threads()).toBe(before + 2);
      break;
    }
    expect(threads()).toBe(before);
    const bad = imageList([{ path: join(folder, 'none.png'), id: 'none' }]);
    await readUntilError(batches(bad, { ...options, epoch: 0 }));
    expect(threads()).toBe(before);
  });

  test('leaving a loop early leaves a loader usable, with whole batches', async () => {
    const loader = createLoader(faces, { ...options, workers: 2 });
    const expected = content(await collect(loader.batches({ epoch: 1 })));
    for (let round = 0; round < 5; round++) {
      for await (const batch of loader.batches({ epoch: 0 })) if (batch.position === round) break;
    }
    expect(content(await collect(loader.batches({ epoch: 1 })))).toEqual(expected);
    await loader.close();
  });

  test('two loops may read one loader at the same time', async () => {
    const loader = createLoader(faces, options);
    const [first, second] = await Promise.all([
      collect(loader.batches({ epoch: 0 })),
      collect(loader.batches({ epoch: 0 })),
    ]);
    expect(content(first)).toEqual(content(second));
    await loader.close();
  });

  test('a process ends after a break, an error, and without a close', () => {
    const script = write(
      join(folder, 'script.mjs'),
      `import { batches, createLoader, imageFolder, imageList, defaultPreprocessing } from ${JSON.stringify(
        pathToFileURL(join(import.meta.dirname, '../dist/index.js')).href,
      )};
      const data = await imageFolder(${JSON.stringify(join(folder, 'faces'))});
      const options = { batchSize: 2, seed: 0, epoch: 0, workers: 2, preprocessing: defaultPreprocessing };
      for await (const batch of batches(data, options)) break;
      const bad = imageList([{ path: 'none.jpg', id: 'none' }]);
      try { for await (const batch of batches(bad, options)); } catch (error) { console.log(error.code); }
      const loader = createLoader(data, options);
      for await (const batch of loader.batches({ epoch: 0 })) break;
      let seen = 0;
      for await (const { indices } of loader.batches({ epoch: 0 })) seen += indices.length;
      console.log(seen);`,
    );
    const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect([stdout, stderr, status]).toEqual(['invalid-data\n21\n', '', 0]);
  });
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
