import { expect, test } from 'vitest';
import * as api from './index.ts';

test('the public names', () => {
  expect(Object.keys(api).sort()).toEqual(['resnet18', 'resnet34']);
});
