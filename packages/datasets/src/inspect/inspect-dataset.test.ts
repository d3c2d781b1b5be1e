import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidDataError } from '@hm/tensor/host';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { imageFolder } from '../image-folder.ts';
import { syntheticFaces } from '../synthetic/synthetic-faces.ts';
import { temporaryFolder } from '../testing/files.ts';
import { encodedSamples } from '../write/encoded-samples.ts';
import { writeImageFolder } from '../write/write-image-folder.ts';
import { contactSheet } from './contact-sheet.ts';
import { differenceHash } from './difference-hash.ts';
import { describeCounts } from './identity-counts.ts';
import { inspectDataset } from './inspect-dataset.ts';
import { nearDuplicates } from './near-duplicates.ts';

const faces = syntheticFaces({ identities: 3, imagesPerIdentity: 3, hardness: 0.3, seed: 2, size: 64 });
const root = join(temporaryFolder(), 'faces');
const at = (name: string) => join(root, name);

beforeAll(async () => {
  await writeImageFolder(root, encodedSamples(faces, { workers: 1 }));
});

describe('inspectDataset', () => {
  test('counts what a folder holds', async () => {
    const report = await inspectDataset(await imageFolder(root), { workers: 1 });
    expect(report).toEqual({
      images: 9,
      inspected: 9,
      perIdentity: {
        ...{ identities: 3, least: 3, median: 3, mean: 3, most: 3 },
        histogram: [{ from: 3, to: 4, identities: 3 }],
      },
      sizes: [{ height: 64, width: 64, images: 9 }],
      formats: { jpeg: 9 },
      ...{ fewImages: [], undecodable: [], leftOut: [], problems: [], duplicates: [], nearDuplicates: [] },
    });
  });

  test('finds copies, copies at another quality and size, broken files and identities with one image', async () => {
    const one = at('person-000000/0001.jpg');
    copyFileSync(one, at('person-000001/copy.jpg'));
    await sharp(one).resize(80).webp({ quality: 60 }).toFile(at('person-000000/smaller.webp'));
    writeFileSync(at('person-000002/cut.jpg'), readFileSync(one).subarray(0, 900));
    const single = {
      ...faces,
      length: 1,
      sample: () => ({ ...faces.sample(8), id: 'x.png' }),
      name: () => 'single',
    };
    await writeImageFolder(root, encodedSamples(single, { workers: 1, format: 'png' }));

    const report = await inspectDataset(await imageFolder(root), { workers: 2, nearBits: 6 });
    expect(report.images).toBe(13);
    expect(report.duplicates).toEqual([
      {
        ids: ['person-000000/0001.jpg', 'person-000001/copy.jpg'],
        names: ['person-000000', 'person-000001'],
      },
    ]);
    expect(report.nearDuplicates.map(({ ids }) => ids)).toEqual([
      ['person-000000/0001.jpg', 'person-000000/smaller.webp'],
      ['person-000002/0002.jpg', 'single/x.png'],
    ]);
    expect(report.undecodable.map(({ id }) => id)).toEqual(['person-000002/cut.jpg']);
    expect(report.undecodable[0]!.reason).not.toBe('');
    expect(report.fewImages).toEqual([{ name: 'single', images: 1 }]);
    expect(report.formats).toEqual({ jpeg: 10, webp: 1, png: 1 });
    expect(report.sizes[1]).toEqual({ height: 80, width: 80, images: 1 });
  });

  test('a sample that the data set itself cannot give is listed, any other error surfaces', async () => {
    const labels = Int32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2);
    const failing = (error: Error) => ({
      ...faces,
      labels,
      sample(index: number) {
        if (index === 4) throw error;
        return faces.sample(index);
      },
    });
    const damage = { where: 'train.rec', expected: 'a record', received: 'zeros', fix: 'Replace it.' };
    const fields = { path: 'train.rec', offset: 99, reason: 'no magic number' };
    const bad = failing(new InvalidDataError({ ...damage, fields }));
    const report = await inspectDataset(bad, { workers: 1 });
    expect(report.undecodable).toEqual([{ id: 'sample 4', reason: 'no magic number' }]);
    const told: unknown[] = [];
    const options = { workers: 1, onBadSample: ({ fields }: InvalidDataError) => told.push(fields.offset) };
    for await (const { label } of encodedSamples(bad, options)) expect(label).toBeLessThan(3);
    expect(told).toEqual([99]);
    await expect(inspectDataset(failing(new TypeError('a fault')), { workers: 1 })).rejects.toThrow(
      'a fault',
    );
  });

  test('looks into a part, evenly spread, and says how far it is', async () => {
    const seen: string[] = [];
    const onProgress = (done: number, total: number) => seen.push(`${done}/${total}`);
    const report = await inspectDataset(faces, { images: 3, workers: 1, onProgress });
    expect([report.images, report.inspected]).toEqual([9, 3]);
    expect(report.formats).toEqual({ pixels: 3 });
    expect(seen).toEqual(['1/3', '2/3', '3/3']);
  });
});

test('describeCounts doubles its ranges', () => {
  const counts = new Map([1, 1, 2, 3, 4, 5, 9].map((images, label) => [label, images]));
  expect(describeCounts(counts)).toMatchObject({ identities: 7, least: 1, median: 3, most: 9 });
  expect(describeCounts(counts).histogram.map(({ from, to, identities }) => [from, to, identities])).toEqual([
    [1, 1, 2],
    [2, 2, 1],
    [3, 4, 2],
    [5, 8, 1],
    [9, 16, 1],
  ]);
});

describe('nearDuplicates', () => {
  test('refuses more bits than it can find', () => {
    for (const bits of [8, -1, 1.5])
      expect(() => nearDuplicates(new Uint32Array(8), bits)).toThrow(/nearBits/);
  });

  test('finds what a comparison of all pairs finds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 127 }), { maxLength: 9 }), { maxLength: 12 }),
        fc.integer({ min: 0, max: 7 }),
        (flips, bits) => {
          const hashes = flips.map((list) => {
            const words = [0x12345678, 0x9abcdef0, 0x0f0f0f0f, 0xffff0000];
            for (const bit of list) words[bit >> 5]! ^= 1 << (bit & 31);
            return words.map((word) => word >>> 0);
          });
          const distance = (a: number[], b: number[]) =>
            a.reduce(
              (sum, word, place) => sum + ((word ^ b[place]!) >>> 0).toString(2).replaceAll('0', '').length,
              0,
            );
          const expected = hashes.flatMap((hash, second) => {
            const before = hashes
              .slice(0, second)
              .map((other, first) => ({ first, second, distance: distance(other, hash) }));
            const near = before.filter((pair) => pair.distance <= bits);
            return near.sort((a, b) => a.distance - b.distance || a.first - b.first).slice(0, 1);
          });
          expect(nearDuplicates(Uint32Array.from(hashes.flat()), bits)).toEqual(expected);
        },
      ),
    );
  });
});

test('differenceHash is of the picture, not of its size or brightness', async () => {
  const { pixels, height, width } = faces.sample(0).image;
  const hash = differenceHash({ pixels, height, width });
  const raw = sharp(pixels, { raw: { height, width, channels: 3 } });
  const { data } = await raw.resize(96, 96).linear(0.8, 10).raw().toBuffer({ resolveWithObject: true });
  const other = differenceHash({ pixels: data, height: 96, width: 96 });
  expect(nearDuplicates(Uint32Array.of(...hash, ...other), 7)).toHaveLength(1);
  const stranger = differenceHash(faces.sample(4).image);
  expect(nearDuplicates(Uint32Array.of(...hash, ...stranger), 7)).toHaveLength(0);
});

test('contactSheet has a row for each identity, and its seed decides whom it shows', async () => {
  const options = { identities: 2, imagesPerIdentity: 3, size: 32 };
  const sheet = await contactSheet(faces, options);
  const { height, width } = await sharp(sheet.png).metadata();
  expect([height, width]).toEqual([4 + 2 * 36, 4 + 3 * 36]);
  expect(sheet.names).toHaveLength(2);
  expect((await contactSheet(faces, options)).png).toEqual(sheet.png);
  expect((await contactSheet(faces, { ...options, seed: 9 })).png).not.toEqual(sheet.png);
  await expect(contactSheet(faces, { identities: 0 })).rejects.toThrow(/identities/);
});
