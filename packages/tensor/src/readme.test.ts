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
  const [row, zeros] = JSON.parse(gradient!) as number[][];
  expect(row![0]).toBeCloseTo((1 - 0.6 * 1.4) / 5, 5);
  expect(row![1]).toBeCloseTo((1 - 0.8 * 1.4) / 5, 5);
  expect(zeros![0]).toBeCloseTo(1e6, -1);
  expect(shape).toBe('[ 2, 2 ]');
});
