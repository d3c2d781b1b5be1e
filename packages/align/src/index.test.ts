import { expect, it } from 'vitest';
import * as align from './index.ts';

it('exports what the README lists', () => {
  expect(Object.keys(align).sort()).toEqual([
    'alignFace',
    'alignFolder',
    'alignImage',
    'alignImages',
    'chooseFace',
    'detectWithBorder',
    'loadMtcnn',
    'mtcnnModels',
    'templates',
    'umeyama',
    'warp',
  ]);
});
