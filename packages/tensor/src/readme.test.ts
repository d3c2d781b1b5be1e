/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Consumer, packageFolder } from './testing-consumer.ts';

const consumer = new Consumer();
afterAll(() => consumer.remove());

it('runs the example of the README', () => {
  const example = /```ts\n(.*?)```/s.exec(readFileSync(join(packageFolder, 'README.md'), 'utf8'))![1]!;
  const [gradient, shape] = consumer.run(example).output.trim().split('\n');
  // (1 − y·Σy)/‖x‖ for the row (3, 4), 1/sqrt(1e-12) for the row of zeros.
  const values = gradient!.split(' ').map(Number);
  const expected = [(1 - 0.6 * 1.4) / 5, (1 - 0.8 * 1.4) / 5, 1e6, 1e6];
  for (const [i, value] of expected.entries()) expect(values[i]! / value).toBeCloseTo(1, 4);
  expect(shape).toBe('2 × 2');
});
