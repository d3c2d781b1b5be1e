import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalizeInto } from './normalize-into.ts';
import {
  defaultPreprocessing,
  type Preprocessing,
  preprocessingFromMetadata,
  preprocessingToMetadata,
} from './preprocessing.ts';

const preprocessings: fc.Arbitrary<Preprocessing> = fc.record({
  height: fc.integer({ min: 1, max: 512 }),
  width: fc.integer({ min: 1, max: 512 }),
  channels: fc.constantFrom('rgb', 'bgr'),
  mean: fc.double({ min: -1000, max: 1000, noNaN: true }).map((value) => value + 0),
  scale: fc.double({ min: 0.001, max: 1000, noNaN: true }),
  template: fc.constantFrom(
    'arcface-112x112',
    'sphereface-112x96',
    'dlib-150x150',
    'facenet-160x160',
    'none',
  ),
});

describe('metadata', () => {
  test('comes back as it went', () => {
    fc.assert(
      fc.property(preprocessings, (preprocessing) => {
        expect(preprocessingFromMetadata(preprocessingToMetadata(preprocessing))).toEqual(preprocessing);
      }),
    );
  });

  test('is absent from a model that carries none', () => {
    expect(preprocessingFromMetadata({ producer: 'someone' })).toBeUndefined();
  });

  test.each([
    '{',
    'null',
    '{}',
    JSON.stringify({ ...defaultPreprocessing, scale: 0 }),
    JSON.stringify({ ...defaultPreprocessing, channels: 'grb' }),
    JSON.stringify({ ...defaultPreprocessing, height: 1.5 }),
  ])('%s is refused', (text) => {
    const read = () => preprocessingFromMetadata({ 'hm.preprocessing': text });
    expect(read).toThrow("metadata 'hm.preprocessing': expected");
  });
});

describe('normalizeInto', () => {
  const image = { pixels: Uint8Array.of(0, 100, 255, 1, 2, 3), height: 1, width: 2 };
  const small: Preprocessing = { ...defaultPreprocessing, height: 1, width: 2 };

  test('writes (x - mean) / scale into its place', () => {
    const batch = new Float32Array(12).fill(7);
    normalizeInto(batch, 1, image, small);
    const expected = [0, 100, 255, 1, 2, 3].map((value) => Math.fround((value - 127.5) / 128));
    expect([...batch]).toEqual([7, 7, 7, 7, 7, 7, ...expected]);
  });

  test('turns the channels round for bgr', () => {
    const batch = new Float32Array(6);
    normalizeInto(batch, 0, image, { ...small, channels: 'bgr', mean: 0, scale: 1 });
    expect([...batch]).toEqual([255, 100, 0, 3, 2, 1]);
  });

  test('refuses another size and a place outside the batch', () => {
    expect(() => normalizeInto(new Float32Array(6), 1, image, small)).toThrow('place 1');
    expect(() => normalizeInto(new Float32Array(6), 0, image, { ...small, width: 1 })).toThrow('1×1');
  });
});
