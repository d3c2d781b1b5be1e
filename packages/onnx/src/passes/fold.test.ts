import '@tensorflow/tfjs-backend-cpu';
import { Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { exportOnnx } from '../export.ts';
import { Graph } from '../graph.ts';
import { readModelFile, writeModelFile } from '../precision/model-file.ts';
import { createSession } from '../session.ts';
import { floats as noise } from '../testing/inputs.ts';
import { trace } from '../trace/trace.ts';
import { foldConstants } from './fold-constants.ts';
import { rewrite } from './rewrite.ts';

beforeAll(() => tf.setBackend('cpu'));

const rng = Rng.of('fold');
const tensor = (shape: number[], low = -1, high = 1) =>
  tf.tensor(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.uniform(low, high)),
    shape,
  );
const norm = (channels: number) => ({
  gamma: tensor([channels], 0.5, 2),
  beta: tensor([channels]),
  mean: tensor([channels]),
  variance: tensor([channels], 0.1, 3),
});

const parameters = {
  'stem.filter': tensor([3, 3, 3, 8]),
  'depthwise.filter': tensor([3, 3, 8, 1]),
  slopes: tensor([8]),
  'dense.weight': tensor([8, 5]),
  'dense.bias': tensor([5]),
  ...Object.fromEntries(Object.entries(norm(8)).map(([name, value]) => [`norm.${name}`, value])),
  ...Object.fromEntries(Object.entries(norm(5)).map(([name, value]) => [`last.${name}`, value])),
} as Record<string, tf.Tensor>;

const normalize = (x: tf.Tensor, name: string) =>
  tf.batchNorm(
    x,
    parameters[`${name}.mean`] as tf.Tensor1D,
    parameters[`${name}.variance`] as tf.Tensor1D,
    parameters[`${name}.beta`] as tf.Tensor1D,
    parameters[`${name}.gamma`] as tf.Tensor1D,
    1e-5,
  );

/** Convolution, normalization, PReLU, depthwise convolution, mean, dense layer, normalization. */
function network({ x }: Record<string, tf.Tensor>) {
  const image = tf.transpose(x!, [0, 2, 3, 1]) as tf.Tensor4D;
  const first = normalize(tf.conv2d(image, parameters['stem.filter'] as tf.Tensor4D, 1, 1), 'norm');
  const bent = tf.prelu(first as tf.Tensor4D, parameters.slopes!);
  const deep = tf.depthwiseConv2d(
    bent as tf.Tensor4D,
    parameters['depthwise.filter'] as tf.Tensor4D,
    1,
    'same',
  );
  const dense = tf.matMul(tf.mean(deep, [1, 2]), parameters['dense.weight']!);
  return { y: normalize(tf.add(dense, parameters['dense.bias']!), 'last') };
}
const inputs = { x: { shape: ['N', 3, 6, 6] } };

const contents = (model: Uint8Array) => {
  const { graph } = readModelFile(model);
  return {
    operators: graph.node.map(({ opType }) => opType),
    constants: Object.fromEntries(graph.initializer.map(({ name, dims }) => [name, dims.map(Number)])),
  };
};

describe('an exported file', () => {
  test('holds parameters by their names, as its operators read them, and computes nothing of constants alone', () => {
    const { operators, constants } = contents(trace(network, inputs, { parameters }));
    expect(operators).not.toContain('Transpose');
    expect(constants).toMatchObject({
      'stem.filter': [8, 3, 3, 3],
      'depthwise.filter': [8, 1, 3, 3],
      slopes: [1, 8, 1, 1],
      'dense.weight': [8, 5],
      'norm.gamma': [8],
      'norm.variance': [8],
      'last.mean': [5],
    });
  });

  test('has batch normalization folded into convolutions and matrix products, and is checked before it is given', async () => {
    const { operators, constants } = contents(await exportOnnx(network, inputs, { parameters }));
    expect(operators).toEqual(['Conv', 'Relu', 'Min', 'Mul', 'Add', 'Conv', 'ReduceMean', 'Gemm']);
    expect(constants).toMatchObject({
      'stem.filter': [8, 3, 3, 3],
      'stem.filter.bias': [8],
      'dense.weight': [8, 5],
      'dense.bias': [5],
    });
    expect(Object.keys(constants).filter((name) => /norm|last/.test(name))).toEqual([]);
  });

  test('keeps a normalization whose input is read elsewhere, or that stands before its convolution', async () => {
    const run = ({ x }: Record<string, tf.Tensor>) => {
      const image = tf.transpose(x!, [0, 2, 3, 1]) as tf.Tensor4D;
      const first = tf.conv2d(image, parameters['stem.filter'] as tf.Tensor4D, 1, 1);
      return { y: tf.add(normalize(first, 'norm'), first) };
    };
    const { operators, constants } = contents(await exportOnnx(run, inputs, { parameters }));
    expect(operators.filter((name) => name !== 'Transpose')).toEqual(['Conv', 'BatchNormalization', 'Add']);
    expect(constants).toHaveProperty(['norm.gamma']);
  });

  test('is refused if the network is not a function of its inputs', async () => {
    let calls = 0;
    const run = ({ x }: Record<string, tf.Tensor>) => ({ y: tf.mul(x!, ++calls) });
    await expect(exportOnnx(run, { x: { shape: [3] } })).rejects.toThrow(/eager "y" within/);
  });
});

test('moves of constants are made in a file of somebody else, through every step, and its results stay', async () => {
  const graph = new Graph();
  const held = graph.constant('float32', [2, 3, 4], noise([2, 3, 4], -1, 1, 1).data as Float32Array, 'held');
  const turned = graph.add('Transpose', [held], { attributes: { perm: [2, 0, 1] } });
  const flat = graph.add('Reshape', [turned, graph.integers(0, -1)]);
  const product = graph.add('MatMul', ['x', flat]);
  graph.publish(graph.add('Add', [product, graph.add('Expand', [graph.scalar(2), graph.integers(6)])]), 'y');
  const value = (name: string, shape: (number | string)[]) => ({ name, dtype: 'float32' as const, shape });
  const model = graph.encode([value('x', ['N', 4])], [value('y', ['N', 6])]);
  const file = readModelFile(model);
  rewrite(file, foldConstants);
  const folded = writeModelFile(file);
  expect(contents(folded)).toMatchObject({ operators: ['MatMul', 'Add'], constants: { held: [4, 6] } });
  const results = [];
  for (const bytes of [model, folded]) {
    const session = await createSession(bytes, { threads: 1 });
    results.push((await session.run({ x: noise([3, 4], -1, 1, 2) })).y);
    await session.release();
  }
  expect(results[1]).toEqual(results[0]);
});
