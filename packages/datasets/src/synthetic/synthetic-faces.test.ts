import { createHash } from 'node:crypto';
import { InvalidArgumentError } from '@hm/tensor/host';
import { describe, expect, it } from 'vitest';
import { syntheticFaces } from './synthetic-faces.ts';

const two = { identities: 2, imagesPerIdentity: 2, hardness: 0.5, seed: 11 };
const digest = (options: Parameters<typeof syntheticFaces>[0]) => {
  const faces = syntheticFaces(options);
  const hash = createHash('sha256');
  for (let i = 0; i < faces.length; i++) hash.update(faces.sample(i).image.pixels);
  return hash.digest('hex').slice(0, 16);
};

describe('syntheticFaces', () => {
  it('renders the same bytes for the same seed, on every machine', () => {
    expect(digest(two)).toBe('364f229d9abec227');
    expect(digest(two)).toBe('364f229d9abec227');
    expect(digest({ ...two, hardness: 1, size: 64 })).toBe('04b30cb894b0e484');
  });

  it('renders a sample alike whatever was rendered before it', () => {
    const [once, again] = [syntheticFaces(two), syntheticFaces(two)];
    const alone = once.sample(3).image.pixels;
    for (const index of [2, 0, 1]) again.sample(index).image.pixels.fill(0);
    expect(again.sample(3).image.pixels).toEqual(alone);
  });

  it('renders different people, photographs and seeds differently', () => {
    const faces = syntheticFaces(two);
    const other = syntheticFaces({ ...two, seed: 12 });
    const pictures = [faces.sample(0), faces.sample(1), faces.sample(2), other.sample(0)];
    const hashes = pictures.map(({ image }) => createHash('sha256').update(image.pixels).digest('hex'));
    expect(new Set(hashes).size).toBe(4);
  });

  it('labels and names the people, and counts', () => {
    const faces = syntheticFaces({ ...two, identities: 3, firstIdentity: 40 });
    expect([faces.length, faces.classes]).toEqual([6, 3]);
    expect(faces.sample(5)).toMatchObject({
      label: 2,
      id: 'person-000042/0001',
      image: { height: 112, width: 112 },
    });
    expect(faces.name(0)).toBe('person-000040');
  });

  it('continues the same people with firstIdentity, so that ranges are disjoint', () => {
    const all = syntheticFaces({ ...two, identities: 3 });
    const tail = syntheticFaces({ ...two, identities: 2, firstIdentity: 1 });
    expect(tail.sample(0).image.pixels).toEqual(all.sample(2).image.pixels);
    const ids = (faces: typeof all) =>
      Array.from({ length: faces.length }, (_, i) => faces.sample(i).id.split('/')[0]);
    const later = new Set(ids(syntheticFaces({ ...two, firstIdentity: 3 })));
    expect(ids(all).filter((id) => later.has(id))).toEqual([]);
  });

  it('renders any size, with the same face in it', () => {
    const mean = (size: number) => {
      const { pixels } = syntheticFaces({ ...two, hardness: 0, size }).sample(0).image;
      expect(pixels).toHaveLength(size * size * 3);
      return pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    };
    expect(Math.abs(mean(112) - mean(48))).toBeLessThan(1);
  });

  it('survives being sent to a worker', () => {
    const sample = syntheticFaces(two).sample(0);
    expect(structuredClone(sample).image.pixels).toEqual(sample.image.pixels);
  });

  it.each([
    { identities: 0 },
    { identities: 1.5 },
    { imagesPerIdentity: 0 },
    { hardness: -0.01 },
    { hardness: 1.01 },
    { hardness: Number.NaN },
    { size: 8 },
    { firstIdentity: -1 },
  ])('refuses %o', (bad) => {
    expect(() => syntheticFaces({ ...two, ...bad })).toThrow(InvalidArgumentError);
  });

  it('refuses an index that is not there', () => {
    for (const index of [-1, 4, 0.5])
      expect(() => syntheticFaces(two).sample(index)).toThrow(InvalidArgumentError);
  });
});
