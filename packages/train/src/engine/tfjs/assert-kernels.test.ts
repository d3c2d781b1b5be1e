// The backend's kernels are registered as it is loaded, with or without a graphics processor.
import '@tensorflow/tfjs-backend-webgpu';
import { type Head, headByName } from '@hm/losses';
import type { StepFunction } from '@hm/onnx';
import { type Backbone, resnet18 } from '@hm/resnet';
import { hostZeros, UnavailableError } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { initialState } from '../../initial-state.ts';
import { quick, type Recipe } from '../../recipe/recipe.ts';
import { trainingStep } from '../../step/training-step.ts';
import { tinyBackbone } from '../../testing/tiny-backbone.mjs';
import { assertKernels } from './assert-kernels.ts';

const heads =
  'ce soft-margin-softmax l-softmax a-softmax cosface am-softmax arcface combined-margin subcenter-arcface adaptiveface curricularface mv-softmax magface adaface sphereface2 uniface triplet contrastive msml marginal circle'.split(
    ' ',
  );
const options = {
  state: { x: hostZeros('float32', [3]), flags: hostZeros('int32', [3]) },
  inputs: { by: { shape: [3] } },
};

test('names every kernel that a backend lacks, those of gradients too', async () => {
  const before = tf.memory().numTensors;
  const check = assertKernels(
    ({ x, flags }, { by }) => {
      const gradient = tf.grad((y) => tf.sum(tf.mul(y, by!)))(x!);
      const { indices } = tf.unique(by!);
      return {
        state: { x: tf.sub(x!, gradient), flags: tf.bitwiseAnd(flags!, indices) },
        outputs: {},
      };
    },
    options,
    'webgpu',
  );
  await expect(check).rejects.toThrow(UnavailableError);
  await expect(check).rejects.toThrow(/engine tfjs-webgpu.*without BitwiseAnd, Unique\./);
  expect(tf.memory().numTensors).toBe(before);
});

test('names all of a step for a backend that has none', async () => {
  const check = assertKernels(
    ({ x, flags }) => ({ state: { x: tf.relu(x!), flags: flags! }, outputs: {} }),
    options,
    'none',
  );
  await expect(check).rejects.toMatchObject({ fields: { kernels: ['Relu'] } });
});

test('lets a step pass that looks at values', async () => {
  const step: StepFunction = (state) => {
    state.x!.dataSync();
    return { state, outputs: {} };
  };
  await assertKernels(step, options, 'webgpu');
});

const recipe: Recipe = { ...quick, clipNorm: 1, averageDecay: 0.99 };
const check = async (backbone: Backbone, head: Head) => {
  const state = await initialState({ backbone, head, classes: 10, seed: 1, recipe });
  const inputs = {
    images: { shape: [4, 32, 32, 3] },
    labels: { shape: [4], dtype: 'int32' as const },
    learningRate: { shape: [] },
    step: { shape: [] },
  };
  return assertKernels(trainingStep(backbone, head, recipe), { state, inputs }, 'webgpu');
};

describe('webgpu has all that is needed', () => {
  test('by ResNet-18', () => check(resnet18({ imageSize: [32, 32] }), headByName('hm-arcface')));
  test.each(heads)('by %s', (name) => check(tinyBackbone(), headByName(name)));
});
