import '../testing.ts';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { cosineAndSine } from './cosine-and-sine.ts';

it('is within 5e-7 of the cosine and sine over a whole turn', () => {
  const angles = Float32Array.from({ length: 1001 }, (_, i) => Math.PI * (i / 500 - 1));
  tf.tidy(() => {
    const { cosine, sine } = cosineAndSine(tf.tensor1d(angles));
    const [cosines, sines] = [cosine.dataSync(), sine.dataSync()];
    for (const [i, angle] of angles.entries()) {
      expect(Math.abs(cosines[i]! - Math.cos(angle))).toBeLessThan(5e-7);
      expect(Math.abs(sines[i]! - Math.sin(angle))).toBeLessThan(5e-7);
    }
  });
});
