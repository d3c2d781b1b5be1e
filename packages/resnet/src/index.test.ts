import { expect, test } from 'vitest';
import * as api from './index.ts';

test('the public names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'backboneByName',
    'iresnet100',
    'iresnet18',
    'iresnet34',
    'iresnet50',
    'resnet18',
    'resnet34',
  ]);
});
