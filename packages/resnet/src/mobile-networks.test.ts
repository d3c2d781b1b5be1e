/// <reference types="node" />
import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { exportOnnx, trace } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { disposeParams, flattenParams, type Params, Rng, sizeOf } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, test } from 'vitest';
import type { Backbone, Variables } from './backbone.ts';
import { type MobileFaceNetOptions, mobileFaceNet } from './mobile-face-net.ts';
import { mobileNetV4 } from './mobile-net-v4.ts';

const golden = JSON.parse(
  readFileSync(new URL('../golden/mobile-networks.json', import.meta.url), 'utf8'),
) as Record<string, { parameters: number; embedding: number[] }>;

const factories: Record<string, (options: MobileFaceNetOptions) => Backbone> = {
  mobilefacenet: mobileFaceNet,
  'mobilefacenet, width 2': (options) => mobileFaceNet({ ...options, width: 2 }),
  mobilenetv4: mobileNetV4,
};

/** The numbers of tools/golden/mobile_networks.py. */
function noise(k: number, shape: readonly number[]): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    const value = 43758.5453 * Math.sin(12.9898 * i + 78.233 * k);
    return 2 * (value - Math.floor(value)) - 1;
  });
}

/** Variables filled as there: parameter k with noise k, the statistics of a norm with that of its scale. */
function filled(network: Backbone): Variables {
  const { params, statistics } = network.init(Rng.of(1));
  const flat = flattenParams(params);
  const kOf = Object.fromEntries(Object.keys(flat).map((name, k) => [name, k]));
  const fill = (tree: Params, value: (name: string, shape: number[]) => Float64Array): Params =>
    Object.fromEntries(
      Object.entries(tree).map(([name, part]) => [
        name,
        part instanceof tf.Tensor
          ? tf.tensor(Float32Array.from(value(name, part.shape)), part.shape)
          : fill(part, (rest, shape) => value(`${name}.${rest}`, shape)),
      ]),
    );
  const filledParams = fill(params, (name, shape) => {
    const values = noise(kOf[name]!, shape);
    if (name.endsWith('.gamma')) return values.map((x) => 1 + 0.1 * x);
    if (name.endsWith('.beta')) return values.map((x) => 0.1 * x);
    if (name.endsWith('.slopes')) return values.map((x) => 0.25 + 0.1 * x);
    return values.map((x) => x * Math.sqrt(6 / sizeOf(shape.slice(0, -1))));
  });
  const filledStatistics = fill(statistics, (name, shape) => {
    const values = noise(kOf[name.replace(/mean$|variance$/, 'gamma')]!, shape);
    return values.map((x) => (name.endsWith('.mean') ? 0.1 * x : 1 + 0.5 * x));
  });
  disposeParams(params);
  disposeParams(statistics);
  return { params: filledParams, statistics: filledStatistics };
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(Object.entries(factories))('%s', (name, make) => {
  const small = make({ imageSize: [64, 64], embeddingSize: 16 });

  it('has the parameters of the definition in PyTorch', () => {
    const { params } = make({}).init(Rng.of(1));
    const count = Object.values(flattenParams(params)).reduce((sum, { size }) => sum + size, 0);
    expect(count).toBe(golden[name]!.parameters);
    disposeParams(params);
  });

  it('embeds as PyTorch, as an exported graph too', async () => {
    const variables = filled(small);
    const { embedding } = golden[name]!;
    const largest = Math.max(...embedding.map(Math.abs));
    const model = await exportOnnx(
      ({ input }) => ({
        embedding: small.apply(variables, input as tf.Tensor4D, 'inference').embeddings,
      }),
      { input: { shape: ['N', 64, 64, 3] } },
    );
    const session = await createSession(model);
    const data = Float32Array.from(noise(0, [1, 64, 64, 3]));
    const found = await session.run({ input: { dtype: 'float32', shape: [1, 64, 64, 3], data } });
    await session.release();
    for (const [index, value] of embedding.entries())
      expect(Math.abs(Number(found.embedding!.data[index]) - value)).toBeLessThan(1e-4 * largest);
  });

  it('has finite gradients for every parameter', async () => {
    const variables = small.init(Rng.of(2));
    const params = flattenParams(variables.params);
    const shape = [2, 64, 64, 3];
    const model = trace(
      ({ images }) => {
        const loss = () =>
          tf.sum(tf.square(tf.sub(small.apply(variables, images as tf.Tensor4D, 'train').embeddings, 1)));
        const { grads } = tf.engine().gradients(loss, Object.values(params), undefined, true);
        return Object.fromEntries(Object.keys(params).map((each, index) => [each, grads[index]!]));
      },
      { images: { shape } },
    );
    const session = await createSession(model);
    const data = Float32Array.from(noise(0, shape));
    const gradients = await session.run({ images: { dtype: 'float32', shape, data } });
    await session.release();
    for (const [each, tensor] of Object.entries(params)) {
      expect(gradients[each]!.shape, each).toEqual(tensor.shape);
      const values = gradients[each]!.data as Float32Array;
      expect(values.every(Number.isFinite) && values.some((value) => value !== 0), each).toBe(true);
    }
  });
});

test.each([
  [{ width: 1.5 }, 'option "width": expected a positive integer, got 1.5'],
  [{ embeddingSize: 0 }, 'a positive integer, got 0'],
  [{ imageSize: [112, 100] as const }, 'multiples of 16, got 112 × 100'],
])('%j is refused', (options, message) => {
  expect(() => mobileFaceNet(options)).toThrow(message);
});
