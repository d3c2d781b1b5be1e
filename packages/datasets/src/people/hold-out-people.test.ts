import { describe, expect, it, test } from 'vitest';
import { inMemory } from '../in-memory.ts';
import { syntheticFaces } from '../synthetic/synthetic-faces.ts';
import { holdOutPeople } from './hold-out-people.ts';

const faces = inMemory(
  syntheticFaces({ identities: 8, imagesPerIdentity: 5, hardness: 0, seed: 2, size: 16 }),
);

describe('holdOutPeople', () => {
  it('trains with none of those whose pairs it gives', async () => {
    const { data, protocol, people } = await holdOutPeople(faces, 3, { pairs: 6 });
    expect([data.classes, data.length, data.excluded.length]).toEqual([5, 25, 3]);
    const trained = Array.from({ length: data.classes }, (_, label) => data.name(label));
    expect(trained.filter((name) => data.excluded.includes(name))).toEqual([]);
    expect(protocol.pairs.filter(({ same }) => same)).toHaveLength(18);
    expect(protocol.pairs.filter(({ same }) => !same)).toHaveLength(18);
    expect(new Set(protocol.pairs.map(({ fold }) => fold)).size).toBe(protocol.folds);
    for (const [index, { same, first, second }] of protocol.pairs.entries()) {
      expect(people.first[index] === people.second[index]).toBe(same);
      expect(first).not.toBe(second);
    }
    expect(new Set(protocol.images.map(({ id }) => id)).size).toBe(protocol.images.length);
  });

  it('draws the same people and pairs for a seed, and others for another', async () => {
    const drawn = async (seed: number) => {
      const { data, protocol } = await holdOutPeople(faces, 3, { seed });
      return JSON.stringify([data.excluded, protocol.pairs]);
    };
    expect(await drawn(1)).toBe(await drawn(1));
    expect(await drawn(1)).not.toBe(await drawn(2));
  });

  it('holds out one of several people of the same name', async () => {
    const same = { ...faces, name: (label: number) => (label < 7 ? 'Anna' : 'Bo') };
    const { data } = await holdOutPeople(same, 3);
    expect([data.classes, data.length, data.excluded.length]).toEqual([5, 25, 3]);
  });

  it('draws distinct pairs of a person with more images than whose pairs fit into memory', async () => {
    const many = 12_000;
    const pixels = { pixels: new Uint8Array(3), height: 1, width: 1 };
    const labels = Int32Array.from({ length: many + 6 }, (_, index) => Math.max(0, (index - many + 2) >> 1));
    const sample = (index: number) => ({ image: pixels, label: labels[index]!, id: String(index) });
    const data = { length: labels.length, classes: 4, name: String, labels, sample };
    const rest = { ...faces, ...data };
    const { protocol, people } = await holdOutPeople(rest, 2, { seed: 3, pairs: 5000 });
    const pairs = protocol.pairs.filter(
      (_, index) => people.first[index] === 0 && people.second[index] === 0,
    );
    expect(pairs).toHaveLength(5000);
    expect(
      new Set(pairs.map(({ first, second }) => `${Math.min(first, second)} ${Math.max(first, second)}`)).size,
    ).toBe(5000);
  });

  test.each([1, 7, 2.5])('%j people are refused', async (count) => {
    await expect(holdOutPeople(faces, count)).rejects.toThrow(/from 2 to 6 people/);
  });
});
