import { type HostTensor, hostTensor, Rng } from '@hm/tensor/host';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approximateIndex } from './approximate-index.ts';
import { exactIndex } from './exact-index.ts';
import type { GalleryIndex } from './gallery-index.ts';
import { unitRows } from './unit-rows.ts';

const rng = Rng.of('search');
const random = (rows: number, size = 16) =>
  hostTensor(
    'float32',
    [rows, size],
    Float32Array.from({ length: rows * size }, () => rng.normal()),
  );

/** Cosines in double precision, sorted: rows with the highest first. */
function bruteForce(gallery: HostTensor<'float32'>, probes: HostTensor<'float32'>, probe: number) {
  const size = gallery.shape[1]!;
  const rowOf = ({ data }: HostTensor<'float32'>, row: number) => [
    ...data.subarray(row * size, (row + 1) * size),
  ];
  const a = rowOf(probes, probe);
  const cosine = (b: number[]) =>
    a.reduce((sum, x, k) => sum + x * b[k]!, 0) / Math.hypot(...a) / Math.hypot(...b);
  return Array.from({ length: gallery.shape[0]! }, (_, row) => ({
    row,
    cosine: cosine(rowOf(gallery, row)),
  })).sort((x, y) => y.cosine - x.cosine);
}

describe('exact search', () => {
  // Three pieces of gallery and two of probes.
  const gallery = random(17_000);
  const probes = random(1100);
  let index: GalleryIndex;
  beforeAll(async () => {
    index = await exactIndex(gallery, { threads: 1 });
  });
  afterAll(() => index.release());

  test('finds the same where the rows have unit length already', async () => {
    const ready = await exactIndex(unitRows(gallery), { areUnit: true, threads: 1 });
    const [found, again] = [await index.search(probes, 3), await ready.search(probes, 3)];
    expect(again.rows).toEqual(found.rows);
    await ready.release();
  });

  test('finds what a comparison with every row finds, over all pieces', async () => {
    const { rows, similarities, top } = await index.search(probes, 7);
    expect([index.size, index.dimensions, top, rows.length]).toEqual([17_000, 16, 7, 7700]);
    for (const probe of [0, 1023, 1024, 1099]) {
      const expected = bruteForce(gallery, probes, probe).slice(0, 7);
      expect([...rows.subarray(probe * 7, probe * 7 + 7)]).toEqual(expected.map(({ row }) => row));
      expected.forEach(({ cosine }, k) => {
        expect(similarities[probe * 7 + k]).toBeCloseTo(cosine, 5);
      });
    }
  });

  test('gives all rows where fewer are there than asked for; a tie keeps the earlier first', async () => {
    const few = hostTensor('float32', [3, 2], Float32Array.of(0, 2, 1, 0, 0, 5));
    const small = await exactIndex(few);
    const { rows, similarities, top } = await small.search(
      hostTensor('float32', [1, 2], Float32Array.of(0, 1)),
      10,
    );
    expect([top, ...rows]).toEqual([3, 0, 2, 1]);
    expect([...similarities]).toEqual([1, 1, 0]);
    await small.release();
  });

  test('refuses what does not fit, naming the row that is not finite', async () => {
    await expect(index.search(random(2, 8))).rejects.toThrow(/probes \[P, 16\].*\[2, 8\]/);
    await expect(index.search(probes, 0)).rejects.toThrow(/top as a whole number/);
    const spoiled = random(4);
    spoiled.data[2 * 16] = Number.NaN;
    await expect(index.search(spoiled)).rejects.toThrow(/row 2/);
    await expect(exactIndex(spoiled)).rejects.toThrow(/row 2/);
    await expect(exactIndex(random(0))).rejects.toThrow(/gallery/);
  });
});

test('an approximate search finds nearly what the exact one finds', async () => {
  const gallery = random(3000);
  const probes = random(50);
  const [exact, approximate] = [await exactIndex(gallery), await approximateIndex(gallery, { threads: 1 })];
  const [wanted, found] = [await exact.search(probes, 10), await approximate.search(probes, 10)];
  let hits = 0;
  for (let probe = 0; probe < 50; probe++) {
    const all = new Set(wanted.rows.subarray(probe * 10, probe * 10 + 10));
    hits += found.rows.subarray(probe * 10, probe * 10 + 10).filter((row) => all.has(row)).length;
  }
  expect(hits / 500).toBeGreaterThan(0.95);
  expect(found.similarities[0]).toBeCloseTo(wanted.similarities[0]!, 5);
  const single = await approximate.search(hostTensor('float32', [1, 16], probes.data.slice(0, 16)), 3);
  expect(single.rows[0]).toBe(found.rows[0]);
  await Promise.all([exact.release(), approximate.release()]);
});
