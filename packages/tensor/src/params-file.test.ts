import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { InvalidDataError } from './errors.ts';
import { fromTensors } from './host-conversion.ts';
import { disposeParams, flattenParams } from './params.ts';
import { loadParams, saveParams } from './params-file.ts';
import { expectNoLeak } from './testing.ts';

const tree = () => ({
  stem: { kernel: tf.randomNormal([3, 3, 2, 4], 0, 1, 'float32', 1) },
  step: tf.scalar(9, 'int32'),
});

describe('saveParams and loadParams', () => {
  it('give back the tree, bit by bit, with its strings', () => {
    const params = tree();
    const loaded = loadParams(saveParams(params, { recipe: 'paper' }));
    expect(loaded.metadata).toEqual({ recipe: 'paper' });
    expect(fromTensors(flattenParams(loaded.params))).toEqual(fromTensors(flattenParams(params)));
    disposeParams(params);
    disposeParams(loaded.params);
  });

  it('leave no tensor behind', () => {
    const params = tree();
    expectNoLeak(() => Object.values(flattenParams(loadParams(saveParams(params)).params)));
    disposeParams(params);
  });

  it('refuse a truncated file', () => {
    const params = tree();
    const bytes = saveParams(params);
    expectNoLeak(() => {
      expect(() => loadParams(bytes.slice(0, -1))).toThrow(InvalidDataError);
      return [];
    });
    disposeParams(params);
  });
});
