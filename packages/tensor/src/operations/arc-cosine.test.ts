import '../testing.ts';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { arcCosine } from './arc-cosine.ts';

it('is within 1e-6 of the angle, the ends included', () => {
  const cosines = Float32Array.from({ length: 1001 }, (_, i) => i / 500 - 1);
  const angles = tf.tidy(() => arcCosine(tf.tensor1d(cosines)).dataSync());
  for (const [i, cosine] of cosines.entries())
    expect(Math.abs(angles[i]! - Math.acos(cosine)), `${cosine}`).toBeLessThan(1e-6);
});
