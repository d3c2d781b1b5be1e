import '@tensorflow/tfjs-backend-cpu';
import { exportOnnx, trace } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { disposeParams, flattenParams, hostTensor, type Params, Rng, sizeOf } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Backbone, Variables } from './backbone.ts';
import { backboneByName } from './backbone-by-name.ts';
import { dlibResNet } from './dlib-resnet.ts';
import { iresnet34, iresnet50, iresnet100 } from './iresnet.ts';
import { type ResNet, type ResNetOptions, resnet18 } from './resnet.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const countOf = (params: Params) =>
  Object.values(flattenParams(params)).reduce((sum, { size }) => sum + size, 0);

function disposeVariables({ params, statistics }: Variables): void {
  disposeParams(params);
  disposeParams(statistics);
}

function shapesOf(network: Backbone) {
  const variables = network.init(Rng.of(1));
  const shapes = Object.entries(flattenParams(variables.params)).map(([name, { shape }]) => [name, shape]);
  disposeVariables(variables);
  return shapes;
}

/** Trained and fixed parameters together, as publications count them. */
function publishedCount(network: ResNet): number {
  const variables = network.init(Rng.of(1));
  const count = countOf(variables.params) + network.fixedParameters;
  disposeVariables(variables);
  return count;
}

const small = (options: ResNetOptions = {}) =>
  resnet18({ width: 16, imageSize: [32, 32], embeddingSize: 16, ...options });
/** Images from a seed. */
function noise(shape: number[]) {
  const rng = Rng.of('images');
  return hostTensor(
    'float32',
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
  );
}

const variants: ResNetOptions[] = [
  { embeddingNorm: true },
  { head: 'E' },
  { stem: 'face', block: 'ir', head: 'E' },
];

describe('parameter counts at 112×112 with embeddings of 512', () => {
  test.each<[string, ResNetOptions, number]>([
    ["torchvision's layout", {}, 11_439_168],
    ['with head E', { head: 'E' }, 15_373_376],
    ['face stem', { stem: 'face' }, 11_435_712],
    ['face stem, head E', { stem: 'face', head: 'E' }, 24_020_672],
    ['IResNet-18', { stem: 'face', block: 'ir', head: 'E' }, 24_025_600],
  ])('%s', (_, options, count) => {
    expect(publishedCount(resnet18(options))).toBe(count);
  });

  test.each([
    [iresnet34, 34_139_328],
    [iresnet50, 43_590_848],
    [iresnet100, 65_156_160],
  ])('%o', (network, count) => {
    expect(publishedCount(network())).toBe(count);
  });
});

describe('backboneByName', () => {
  test.each<Backbone>([
    resnet18({ stem: 'face', head: 'E', embeddingSize: 16, imageSize: [112, 96] }),
    iresnet50({ embeddingSize: 16 }),
    dlibResNet({ embeddingSize: 16 }),
  ])('makes $name again from its configuration', (network) => {
    const again = backboneByName(network.name, network.config);
    const { name, config } = again;
    expect({ name, config, shapes: shapesOf(again) }).toEqual({
      name: network.name,
      config: network.config,
      shapes: shapesOf(network),
    });
  });

  test('refuses a name it does not know, and an option that the name rules out', () => {
    expect(() => backboneByName('vgg16')).toThrow(/one of resnet18, .*iresnet100/);
    expect(() => backboneByName('iresnet50', { stem: 'imagenet' })).toThrow(/face, which the name says/);
  });
});

describe.each(variants)('resnet18 %o', (options) => {
  const network = small(options);

  test('gives embeddings, finite gradients for every parameter and moved statistics', async () => {
    const variables = network.init(Rng.of(2));
    const { params, statistics } = {
      params: flattenParams(variables.params),
      statistics: variables.statistics,
    };
    const names = Object.keys(params);
    let places: string[] = [];
    const model = trace(
      ({ images }) => {
        const loss = () => {
          const pass = network.apply(
            { params: variables.params, statistics },
            images as tf.Tensor4D,
            'train',
          );
          places = Object.keys(flattenParams(pass.statistics)).sort();
          expect(pass.embeddings.shape).toEqual([2, 16]);
          return tf.sum(tf.square(tf.sub(pass.embeddings, 1)));
        };
        const { grads } = tf.engine().gradients(loss, Object.values(params), undefined, true);
        return Object.fromEntries(names.map((name, index) => [name, grads[index]!]));
      },
      { images: { shape: [2, 32, 32, 3] } },
    );
    expect(places).toEqual(Object.keys(flattenParams(statistics)).sort());
    const session = await createSession(model);
    const gradients = await session.run({ images: noise([2, 32, 32, 3]) });
    for (const [name, { shape }] of Object.entries(params)) {
      expect(gradients[name]?.shape, name).toEqual(shape);
      const largest = (gradients[name]!.data as Float32Array).reduce(
        (most, x) => Math.max(most, Math.abs(x)),
        0,
      );
      expect(Number.isFinite(largest) && largest > 0, name).toBe(true);
    }
    await session.release();
    disposeVariables(variables);
  });

  test('the exported graph equals the eager network on another batch', async () => {
    const variables = network.init(Rng.of(4));
    const apply = (x: tf.Tensor4D) => network.apply(variables, x, 'inference').embeddings;
    const session = await createSession(
      await exportOnnx(({ input: x }) => ({ embedding: apply(x as tf.Tensor4D) }), {
        input: { shape: ['N', 32, 32, 3] },
      }),
    );
    const input = noise([1, 32, 32, 3]);
    const { embedding } = await session.run({ input });
    const images = tf.tensor(input.data, [1, 32, 32, 3]) as tf.Tensor4D;
    const eager = tf.tidy(() => apply(images).dataSync());
    const largest = Math.max(...eager.map(Math.abs));
    for (const [index, value] of eager.entries()) {
      expect(Math.abs((embedding!.data as Float32Array)[index]! - value)).toBeLessThan(1e-4 * largest);
    }
    await session.release();
    images.dispose();
    disposeVariables(variables);
  });
});

test('running statistics move a tenth of the way to the batch, with the unbiased variance', () => {
  const network = small();
  const variables = network.init(Rng.of(6));
  const images = tf.randomNormal<tf.Rank.R4>([4, 32, 32, 3], 0.5, 2, 'float32', 7);
  const { statistics } = tf.tidy(() => network.apply(variables, images, 'train'));
  const stem = tf.conv2d(images, (variables.params.stem as Params).filter as tf.Tensor4D, 2, 3);
  const { mean, variance } = tf.moments(stem, [0, 1, 2]);
  const count = stem.size / 16;
  const moved = (statistics.stem as Params).norm as { mean: tf.Tensor; variance: tf.Tensor };
  const wantedMean = tf.mul(mean, 0.1).dataSync();
  const wantedVariance = tf.add(0.9, tf.mul(variance, (0.1 * count) / (count - 1))).dataSync();
  for (const [channel, value] of moved.mean.dataSync().entries())
    expect(value).toBeCloseTo(wantedMean[channel]!, 4);
  for (const [channel, value] of moved.variance.dataSync().entries()) {
    expect(value).toBeCloseTo(wantedVariance[channel]!, 3);
  }
});

test('inference leaves the statistics and no tensor behind', () => {
  const network = small({ imageSize: [16, 16] });
  const variables = network.init(Rng.of(8));
  const images = tf.zeros<tf.Rank.R4>([1, 16, 16, 3]);
  const before = tf.memory().numTensors;
  const kept = tf.tidy(() => network.apply(variables, images, 'inference'));
  expect(flattenParams(kept.statistics)).toEqual(flattenParams(variables.statistics));
  expect(kept.embeddings.shape).toEqual([1, 16]);
  kept.embeddings.dispose();
  expect(tf.memory().numTensors).toBe(before);
  disposeVariables(variables);
  images.dispose();
});

test('the same seed gives the same weights, another seed others', () => {
  const first = (seed: number) => {
    const variables = small().init(Rng.of(seed));
    const values = [...flattenParams(variables.params)['stem.filter']!.dataSync().slice(0, 5)];
    disposeVariables(variables);
    return values;
  };
  expect(first(9)).toEqual(first(9));
  expect(first(9)).not.toEqual(first(10));
});

describe('bad input', () => {
  test.each([
    [{ stem: 'big' }, 'resnet option "stem": expected imagenet or face, got big'],
    [{ head: 'F' }, 'resnet option "head"'],
    [{ embeddingSize: 0 }, 'a positive integer, got 0'],
    [{ width: 8193 }, 'option "width": expected at most 8192, got 8193'],
  ])('%j is refused', (options, message) => {
    expect(() => resnet18(options as ResNetOptions)).toThrow(message);
  });

  test('variables of another configuration are refused by name', () => {
    const variables = small().init(Rng.of(1));
    const other = small({ block: 'ir' });
    expect(() => other.apply(variables, tf.zeros([1, 32, 32, 3]), 'inference')).toThrow(
      'expected a tensor named "blocks.0.slopes"',
    );
  });
});
