import { expect, test } from 'vitest';
import * as surface from './index.ts';

test('exports exactly this', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'bundledNetwork',
    'bundledRecord',
    'conventions',
    'describeNetwork',
    'embedDataset',
    'enrolledPeople',
    'groupFaces',
    'openGallery',
    'openRecognizer',
  ]);
});
