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

  test.each([1, 7, 2.5])('%j people are refused', async (count) => {
    await expect(holdOutPeople(faces, count)).rejects.toThrow(/from 2 to 6 people/);
  });
});
