import { InvalidArgumentError, Rng } from '@hm/tensor/host';
import { describe, expect, it } from 'vitest';
import { fromPortable, toPortable } from '../loader/portable-source.ts';
import { syntheticFaces } from './synthetic-faces.ts';
import { drawWithoutRepetition, pairOfNumber, pairsAmong, syntheticPairs } from './synthetic-pairs.ts';

const faces = syntheticFaces({ identities: 23, imagesPerIdentity: 4, hardness: 0.3, seed: 5, size: 16 });
const protocol = syntheticPairs(faces, { folds: 5, pairsPerFold: 40, seed: 9 });
const person = (image: number) => protocol.images[image]!.id.split('/')[0]!;

describe('syntheticPairs', () => {
  it('has as many genuine as impostor pairs in each fold', () => {
    for (let fold = 0; fold < 5; fold++) {
      const pairs = protocol.pairs.filter((pair) => pair.fold === fold);
      expect([pairs.length, pairs.filter(({ same }) => same).length]).toEqual([40, 20]);
    }
  });

  it('says "same" exactly where both images show one person', () => {
    for (const { first, second, same } of protocol.pairs) {
      expect(first).not.toBe(second);
      expect(person(first) === person(second)).toBe(same);
    }
  });

  it('has folds that share nobody, and no pair or image twice', () => {
    const foldOf = new Map<string, number>();
    for (const { first, second, fold } of protocol.pairs) {
      for (const name of [person(first), person(second)]) {
        expect(foldOf.get(name) ?? fold).toBe(fold);
        foldOf.set(name, fold);
      }
    }
    const keys = protocol.pairs.map(({ first, second }) => [first, second].sort((a, b) => a - b).join());
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(protocol.images.map(({ id }) => id)).size).toBe(protocol.images.length);
  });

  it('shows the images of the data set', () => {
    const last = protocol.images.at(-1)!;
    const index = Array.from({ length: faces.length }, (_, i) => i).find(
      (i) => faces.sample(i).id === last.id,
    )!;
    expect(last).toMatchObject({ height: 16, width: 16, pixels: faces.sample(index).image.pixels });
  });

  it('depends on the seed alone', () => {
    const again = syntheticPairs(faces, { folds: 5, pairsPerFold: 40, seed: 9 });
    expect(again.pairs).toEqual(protocol.pairs);
    expect(syntheticPairs(faces, { folds: 5, pairsPerFold: 40, seed: 10 }).pairs).not.toEqual(protocol.pairs);
  });

  it('can use up every genuine pair, and refuses one more', () => {
    const most = 2 * 4 * pairsAmong(4);
    expect(syntheticPairs(faces, { folds: 5, pairsPerFold: most, seed: 1 }).pairs).toHaveLength(5 * most);
    expect(() => syntheticPairs(faces, { folds: 5, pairsPerFold: most + 2, seed: 1 })).toThrow(
      InvalidArgumentError,
    );
  });

  it.each([
    { folds: 12, pairsPerFold: 2 },
    { folds: 0, pairsPerFold: 2 },
    { folds: 2, pairsPerFold: 3 },
    { folds: 2, pairsPerFold: 0 },
  ])('refuses %o', (bad) => {
    expect(() => syntheticPairs(faces, { ...bad, seed: 1 })).toThrow(InvalidArgumentError);
  });
});

describe('drawWithoutRepetition', () => {
  it('draws every number once when it draws all', () => {
    expect(drawWithoutRepetition(Rng.of(1), 50, 50).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    );
  });
});

describe('pairOfNumber', () => {
  it('lists each pair once, also where squares are rounded', () => {
    const listed: string[] = [];
    for (let j = 1; j < 60; j++) for (let i = 0; i < j; i++) listed.push(`${i},${j}`);
    expect(listed.map((_, number) => pairOfNumber(number).join())).toEqual(listed);
    const j = 60_000_000;
    expect(pairOfNumber(pairsAmong(j))).toEqual([0, j]);
    expect(pairOfNumber(pairsAmong(j) - 1)).toEqual([j - 2, j - 1]);
  });
});

it('its images say how a worker can render them, and copies do not', () => {
  const faces = syntheticFaces({ identities: 4, imagesPerIdentity: 3, hardness: 0.5, seed: 1, size: 32 });
  const [image] = syntheticPairs(faces, { folds: 1, pairsPerFold: 2, seed: 1 }).images;
  expect(toPortable(image!)).toHaveProperty('recipe');
  expect(toPortable({ ...image! })).not.toHaveProperty('recipe');
  const source = toPortable(image!);
  expect(fromPortable(source)).toMatchObject({ pixels: (image as { pixels: Uint8Array }).pixels });
});
