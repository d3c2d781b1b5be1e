import { trace } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { disposeParams, flattenParams, hostTensor, Rng, sizeOf } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { Backbone } from '../backbone.ts';

/** Expects every parameter to have a finite gradient that is not all zero in a traced training step. */
export async function expectGradients(backbone: Backbone): Promise<void> {
  const variables = backbone.init(Rng.of(1));
  const params = flattenParams(variables.params);
  const shape = [2, ...backbone.imageSize, 3];
  const model = trace(
    ({ images }) => {
      const loss = () =>
        tf.sum(tf.square(tf.sub(backbone.apply(variables, images as tf.Tensor4D, 'train').embeddings, 1)));
      const { grads } = tf.engine().gradients(loss, Object.values(params), undefined, true);
      return Object.fromEntries(Object.keys(params).map((name, index) => [name, grads[index]!]));
    },
    { images: { shape } },
  );
  const rng = Rng.of('images');
  const values = Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(-0.5, 0.5));
  const session = await createSession(model);
  const gradients = await session.run({ images: hostTensor('float32', shape, values) });
  await session.release();
  for (const [name, tensor] of Object.entries(params)) {
    const { shape: given, data } = gradients[name]!;
    expect(given, name).toEqual(tensor.shape);
    const numbers = data as Float32Array;
    expect(numbers.every(Number.isFinite) && numbers.some((value) => value !== 0), name).toBe(true);
  }
  disposeParams(variables.params);
  disposeParams(variables.statistics);
}
