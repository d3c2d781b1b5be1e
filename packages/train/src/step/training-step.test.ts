import { type Head, headByName } from '@hm/losses';
import { compile } from '@hm/onnx';
import type { Backbone } from '@hm/resnet';
import { type HostTensor, hostTensor, hostZeros, InvalidArgumentError, Rng, toTensors } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { initialState } from '../initial-state.ts';
import { tinyBackbone } from '../testing/tiny-backbone.mjs';
import { withTfjs } from '../with-tfjs.ts';
import { type StepRecipe, trainingStep } from './training-step.ts';

const BATCH = 4;
const CLASSES = 3;
const sgd = (momentum: number) => ({ kind: 'sgd', momentum }) as const;
const plain: StepRecipe = { optimizer: sgd(0.9), weightDecay: 0 };

function feeds(learningRate = 0.1): Record<string, HostTensor> {
  const rng = Rng.of('training-step');
  const pixels = Float32Array.from({ length: BATCH * 32 * 32 * 3 }, () => rng.uniform(-1, 1));
  return {
    images: hostTensor('float32', [BATCH, 32, 32, 3], pixels),
    labels: hostTensor('int32', [BATCH], Int32Array.of(0, 1, 2, 1)),
    learningRate: hostTensor('float32', [], Float32Array.of(learningRate)),
    step: hostZeros('float32', []),
  };
}

/** Runs a step eagerly on tfjs's cpu backend. */
async function eager(recipe: StepRecipe, state: Record<string, HostTensor>, learningRate?: number) {
  return withTfjs(async () => {
    const step = trainingStep(tinyBackbone(), headByName('ce'), recipe);
    const result = tf.tidy(() => {
      const next = step(toTensors(state), toTensors(feeds(learningRate)));
      return { ...next.state, ...next.outputs };
    });
    const values = Object.entries(result).map(([name, tensor]) => [name, tensor.dataSync().slice()] as const);
    return Object.fromEntries(values);
  });
}

const fresh = (seed = 1, recipe = plain, backbone: Backbone = tinyBackbone()) =>
  initialState({ backbone, head: headByName('ce'), classes: CLASSES, seed, recipe });

const difference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, index) => Math.abs(value - b[index]!)));

test('the compiled step gives what the eager one gives', async () => {
  const recipe = { ...plain, weightDecay: 0.01, clipNorm: 0.05 };
  const state = await fresh();
  const program = await compile(trainingStep(tinyBackbone(), headByName('ce'), recipe), {
    state,
    inputs: {
      images: { shape: [BATCH, 32, 32, 3] },
      labels: { shape: [BATCH], dtype: 'int32' },
      learningRate: { shape: [] },
      step: { shape: [] },
    },
  });
  const outputs = await program.run(feeds());
  const compiled = { ...(await program.readState()), ...outputs };
  await program.release();
  const expected = await eager(recipe, state);
  expect(Object.keys(compiled).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, values] of Object.entries(expected))
    expect(difference(compiled[name]!.data as Float32Array, values), name).toBeLessThan(1e-5);
});

test('the gradient is the slope of the loss', async () => {
  const state = await fresh();
  const { 'momentum.backbone.stem.kernel': gradient } = await eager(plain, state);
  const h = 1e-2;
  for (const index of [0, 40, 100]) {
    const lossAt = async (shift: number) => {
      const kernel = state['params.backbone.stem.kernel']!;
      const data = (kernel.data as Float32Array).slice();
      data[index]! += shift;
      const moved = await eager(plain, {
        ...state,
        'params.backbone.stem.kernel': { ...kernel, data } as HostTensor,
      });
      return moved.loss![0]!;
    };
    const slope = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
    expect(gradient![index]).toBeCloseTo(slope, 4);
  }
});

test('momentum, decay and update are those of SGD', async () => {
  const state = await fresh();
  for (const [name, { shape }] of Object.entries(state))
    if (name.startsWith('momentum.'))
      state[name] = hostTensor(
        'float32',
        shape,
        new Float32Array(hostZeros('float32', shape).data.length).fill(0.5),
      );
  const gradientOnly = await eager({ ...plain, optimizer: sgd(0) }, state);
  const next = await eager({ ...plain, weightDecay: { weights: 0.01, norms: 0, biases: 0 } }, state, 0.25);
  for (const [name, decay] of [
    ['backbone.dense.kernel', 0.01],
    ['backbone.norm.gamma', 0],
    ['head.weight', 0.01],
  ] as const) {
    const param = state[`params.${name}`]!.data as Float32Array;
    const gradient = gradientOnly[`momentum.${name}`]!;
    const velocity = Array.from(param, (p, index) => 0.9 * 0.5 + gradient[index]! + decay * p);
    const moved = Array.from(param, (p, index) => p - 0.25 * velocity[index]!);
    expect(difference(next[`momentum.${name}`]!, velocity), name).toBeLessThan(1e-6);
    expect(difference(next[`params.${name}`]!, moved), name).toBeLessThan(1e-6);
  }
  const decayed = await eager({ ...plain, weightDecay: 0.01 }, state, 0.25);
  expect(
    difference(decayed['momentum.backbone.norm.gamma']!, next['momentum.backbone.norm.gamma']!),
  ).toBeCloseTo(0.01, 6);
});

test('clipping scales all gradients to the norm', async () => {
  const state = await fresh();
  const free = await eager(plain, state);
  const clipped = await eager({ ...plain, clipNorm: 0.01 }, state);
  const gradients = Object.keys(free).filter((name) => name.startsWith('momentum.'));
  const norm = Math.hypot(...gradients.flatMap((name) => [...free[name]!]));
  expect(clipped.gradientNorm![0]).toBeCloseTo(norm, 5);
  expect(Math.hypot(...gradients.flatMap((name) => [...clipped[name]!]))).toBeCloseTo(0.01, 5);
  const loose = await eager({ ...plain, clipNorm: 1e6 }, state);
  for (const name of gradients) expect(loose[name]).toEqual(free[name]);
});

test('an eager step leaves nothing behind but what it returns', async () => {
  const state = await fresh();
  await withTfjs(async () => {
    const before = tf.memory().numTensors;
    const step = trainingStep(tinyBackbone(), headByName('ce'), plain);
    const next = tf.tidy(() => step(toTensors(state), toTensors(feeds())) as unknown as tf.TensorContainer);
    tf.dispose(next);
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('accuracy is the share of samples whose own class scores highest', async () => {
  const state = await fresh();
  const bias = hostTensor('float32', [CLASSES], Float32Array.of(-9, 9, -9));
  const { accuracy } = await eager(plain, { ...state, 'params.head.bias': bias });
  expect(accuracy![0]).toBe(0.5);
});

test('a parameter without gradient is an error that names it', async () => {
  const tiny = tinyBackbone();
  const backbone: Backbone = {
    ...tiny,
    init: (rng) => {
      const { params, statistics } = tiny.init(rng);
      return { params: { ...params, forgotten: { bias: tf.zeros([2]) } }, statistics };
    },
  };
  const state = await fresh(1, plain, backbone);
  const step = trainingStep(backbone, headByName('ce'), plain);
  const run = () => tf.tidy(() => step(toTensors(state), toTensors(feeds())).outputs);
  expect(run).toThrow(InvalidArgumentError);
  expect(run).toThrow(/no gradient for backbone\.forgotten\.bias/);
});

test('names an operation without a gradient, and what to do', async () => {
  const ce = headByName('ce');
  const head: Head = {
    ...ce,
    losses: (...of) => ({ losses: tf.cumprod(ce.losses(...of).losses) as tf.Tensor1D }),
  };
  const state = await fresh(1, plain);
  const step = trainingStep(tinyBackbone(), head, plain);
  expect(() => tf.tidy(() => step(toTensors(state), toTensors(feeds())))).toThrow(
    /operations with a gradient.*tf's Cumprod.*withoutGradient\(\)/,
  );
});

test('the first state depends on the seed alone and leaves no tensor behind', async () => {
  const before = tf.memory().numTensors;
  const [a, b, c] = [await fresh(), await fresh(), await fresh(2)];
  expect(tf.memory().numTensors).toBe(before);
  expect(a).toEqual(b);
  expect(a['params.head.weight']).not.toEqual(c['params.head.weight']);
});
