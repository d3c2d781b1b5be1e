import { hostTensor } from '@hm/tensor/host';
import { expect, test } from 'vitest';
import { pairDistances } from './pair-distances.ts';

const embeddings = hostTensor('float32', [4, 2], new Float32Array([3, 0, 0, 0.5, -2, 0, 0, 0]));

test('lengths do not matter: angles of 0, 90 and 180 degrees', () => {
  const pairs = [
    { first: 0, second: 0 },
    { first: 0, second: 1 },
    { first: 0, second: 2 },
  ];
  expect([...pairDistances(embeddings, pairs)]).toEqual([0, 2, 4]);
  expect([...pairDistances(embeddings, pairs, 'cosine')]).toEqual([0, 1, 2]);
});

test('is 2 - 2 cos, in double precision', () => {
  const rows = new Float32Array([0.3, -1.7, 2.2, 0.9, 4.1, -0.6]);
  const [a, b] = [rows.subarray(0, 3), rows.subarray(3)];
  const dot = (x: Float32Array, y: Float32Array) => x[0]! * y[0]! + x[1]! * y[1]! + x[2]! * y[2]!;
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  const [distance] = pairDistances(hostTensor('float32', [2, 3], rows), [{ first: 0, second: 1 }]);
  expect(distance).toBeCloseTo(2 - 2 * cosine, 14);
});

test('an embedding without direction, or a row that is not there, is an error', () => {
  expect(() => pairDistances(embeddings, [{ first: 0, second: 3 }])).toThrow(/row 3.*zeros/);
  expect(() => pairDistances(embeddings, [{ first: 7, second: 0 }])).toThrow(/row 7.*4 rows/);
});
