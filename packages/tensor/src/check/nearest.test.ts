import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

test.each([
  ['arcfase', ['cosface', 'arcface'], 'arcface'],
  ['acrface', ['cosface', 'arcface'], 'arcface'],
  ['ArcFace', ['cosface', 'arcface'], 'arcface'],
  ['batch_size', ['batchSize', 'seed'], 'batchSize'],
  ['aug', ['augment', 'seed'], 'augment'],
  ['center', ['centre', 'largest'], 'centre'],
  ['margin', ['marginRadians', 'scale'], 'marginRadians'],
  ['resnet', ['cosface', 'arcface'], undefined],
  ['x', ['y'], undefined],
  ['', ['scale'], undefined],
  ['scale', [], undefined],
])('%s among %j: %s', (typed, names, expected) => {
  expect(nearest(typed, names)).toBe(expected);
});
