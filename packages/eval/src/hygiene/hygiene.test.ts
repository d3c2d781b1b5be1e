import { hostTensor, Rng } from '@hm/tensor/host';
import { describe, expect, it } from 'vitest';
import { findMislabeled } from './find-mislabeled.ts';
import { findSamePeople } from './find-same-people.ts';

const SIZE = 32;

/** Embeddings of people who differ by as much as `spread` allows. */
function drawn(people: readonly string[], images: number, seed: number, spread = 1) {
  const labels: string[] = [];
  const rows: number[] = [];
  for (const name of people) {
    const own = Rng.of('person', name);
    const center = Array.from({ length: SIZE }, () => own.normal());
    const rng = Rng.of(seed, 'images', name);
    for (let image = 0; image < images; image++) {
      labels.push(name);
      rows.push(...center.map((value) => value + spread * rng.normal()));
    }
  }
  return { labels, embeddings: hostTensor('float32', [labels.length, SIZE], Float32Array.from(rows)) };
}

const names = (count: number) => Array.from({ length: count }, (_, k) => `person ${k}`);

describe('findMislabeled', () => {
  it('finds nothing where nothing is wrong', async () => {
    expect(await findMislabeled(drawn(names(20), 10, 1, 0.5))).toEqual([]);
  });

  it.each([0.05, 0.3])('finds the images that were given another person (%f of them)', async (share) => {
    const { embeddings, labels } = drawn(names(30), 20, 2, 0.7);
    const rng = Rng.of('noise');
    const moved = new Set(rng.shuffle([...labels.keys()]).slice(0, share * labels.length));
    const given = labels.map((label, row) =>
      moved.has(row) ? `person ${(Number(label.slice(7)) + 1 + rng.integer(29)) % 30}` : label,
    );
    const found = await findMislabeled({ embeddings, labels: given });
    expect(new Set(found.map(({ row }) => row))).toEqual(moved);
    for (const { row, nearest, own, other } of found) {
      expect(nearest).toBe(labels[row]);
      expect(other).toBeGreaterThan(own);
    }
    const margins = found.map(({ own, other }) => other - own);
    expect(margins).toEqual(margins.toSorted((a, b) => b - a));
  });

  it('does not judge a person with one image, and says which row has no label', async () => {
    const { embeddings, labels } = drawn(names(3), 1, 3);
    expect(await findMislabeled({ embeddings, labels })).toEqual([]);
    await expect(findMislabeled({ embeddings, labels: ['a', null, 'b'] })).rejects.toThrow(/none for row 1/);
    await expect(findMislabeled({ embeddings, labels: ['a'] })).rejects.toThrow(/1 labels for \[3, 32\]/);
  });
});

describe('findSamePeople', () => {
  it('finds who is in two sets, under whatever name, also with one image', async () => {
    const training = drawn(names(40), 12, 1, 0.7);
    const test = drawn([...names(5), ...Array.from({ length: 60 }, (_, k) => `else ${k}`)], 1, 2, 0.7);
    const renamed = { ...test, labels: test.labels.map((label) => `test ${label}`) };
    const { people } = await findSamePeople(training, renamed);
    expect(people.map(({ first, second }) => [first, second]).sort()).toEqual(
      names(5).map((name) => [name, `test ${name}`]),
    );
    for (const { first, second, rows, closest } of people) {
      expect(training.labels[rows[0]]).toBe(first);
      expect(renamed.labels[rows[1]]).toBe(second);
      expect(closest).toBeGreaterThan(0.4);
    }
  });

  it('finds one person in two folders, each pair once', async () => {
    const { embeddings, labels } = drawn(names(30), 12, 4, 0.7);
    const split = labels.map((label, row) => (label === 'person 7' && row % 2 ? 'person 7 (2)' : label));
    const { people } = await findSamePeople({ embeddings, labels: split });
    expect(people.map(({ first, second }) => [first, second])).toEqual([['person 7', 'person 7 (2)']]);
  });

  it('takes a threshold, and needs one where the set cannot give it', async () => {
    const { embeddings, labels } = drawn(names(4), 1, 5);
    await expect(findSamePeople({ embeddings, labels })).rejects.toThrow(/Give a threshold/);
    const all = await findSamePeople({ embeddings, labels }, undefined, { threshold: -1 });
    expect(all.people).toHaveLength(6);
    expect(all.threshold).toBe(-1);
  });
});
