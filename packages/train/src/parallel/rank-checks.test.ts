import { InvalidArgumentError } from '@hm/tensor';
import { expect, test } from 'vitest';
import { resolveOptions } from '../options.ts';
import { tinyOptions, tinyRecipe } from '../testing/tiny-run.ts';
import { checkRanks } from './rank-checks.ts';

const check = (count: number, recipe = {}, changes = {}) =>
  checkRanks(resolveOptions(tinyOptions('run', { recipe: { ...tinyRecipe, ...recipe }, ...changes })), {
    count,
  });

test('batches that ranks share evenly', () => {
  for (const count of [2, 3, 12]) check(count);
  check(3, { accumulate: 2 });
});

test.each([
  [5, {}, {}, /batchSize.*multiple of 5/],
  [4, { accumulate: 2 }, {}, /batchSize.*multiple of 4 ranks × 2 accumulated batches/],
  [2, { partialFc: { sampleRate: 1 } }, {}, /partialFc/],
  [2, {}, { engine: { kind: 'tfjs', backend: 'cpu' } }, /engine.*expected onnx cpu.*got tfjs-cpu/],
  [2, {}, { engine: 'auto' }, /expected onnx cpu.*got auto/],
  [2, {}, { engine: { kind: 'onnx', provider: 'webgpu' } }, /got onnx webgpu/],
  [2, {}, { stepsPerCall: 2 }, /stepsPerCall/],
])('%i ranks, %o, %o are refused', (count, recipe, changes, message) => {
  expect(() => check(count, recipe, changes)).toThrow(message);
  expect(() => check(count, recipe, changes)).toThrow(InvalidArgumentError);
});
