import { compile } from '@hm/onnx';
import { describeProviders } from '@hm/onnx/session';
import { flattenParams, hostTensor, hostZeros, mergeParams, unflattenParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { offerSoftwareGpu } from '../../../../tools/software-gpu.ts';
import { withTfjs } from '../with-tfjs.ts';
import { accumulate } from './accumulate.ts';
import { type MixedPrecision, scaleLoss, scalingOf } from './scale-loss.ts';
import type { Transform } from './transform.ts';

offerSoftwareGpu();
const webgpu = (await describeProviders()).find(({ provider }) => provider === 'webgpu')!;
const place = webgpu.usable ? 'on WebGPU' : `on WebGPU (not here: ${webgpu.reason})`;

beforeAll(() => withTfjs(async () => {}));

type Numbers = Record<string, number | number[]>;
interface Step {
  state?: Numbers;
  next?: Numbers;
  gradients?: Numbers;
  update?: number;
}

const before = { 'params.a': [1, 2], 'lossScale.scale': 1024, 'lossScale.goodSteps': 3 };

/** What a step makes of plain numbers; one in parts if `update` is given. */
function after(
  { state = {}, next = {}, gradients = { a: [0.5, -2] }, update }: Step,
  option?: MixedPrecision,
) {
  const results: Record<string, number[]> = {};
  tf.tidy(() => {
    const tensors = (values: Numbers) =>
      unflattenParams(
        Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tf.tensor(value)])),
      );
    const inner: Transform = { update: () => ({ state: tensors({ 'params.a': [3, 4], ...next }) }) };
    const scaled = scaleLoss(scalingOf(option ?? true)!, inner);
    const transform = update === undefined ? scaled : accumulate({ batches: 1, overflows: true }, scaled);
    const scalar = tf.scalar(0);
    const facts = {
      ...{ learningRate: scalar, step: scalar, statistics: {} },
      update: update === undefined ? undefined : tf.scalar(update),
    };
    const change = transform.update(tensors(gradients), tensors({ ...before, ...state }), facts);
    for (const [name, tensor] of Object.entries({ ...flattenParams(change.state!), ...change.outputs }))
      results[name] = [...tensor.dataSync()];
  });
  return results;
}

describe('a step in mixed precision', () => {
  test('that is finite is taken, and counted', () => {
    expect(after({})).toEqual({
      'params.a': [3, 4],
      'lossScale.scale': [1024],
      'lossScale.goodSteps': [4],
      lossScale: [1024],
    });
  });

  test.each([
    ['infinite', Number.POSITIVE_INFINITY],
    ['less than anything', Number.NEGATIVE_INFINITY],
    ['no number', Number.NaN],
  ])('whose gradient is %s is left out, and the scale halves', (_, value) => {
    const step = { next: { 'params.a': [Number.NaN, value] }, gradients: { b: [1], a: [1, value] } };
    expect(after(step)).toEqual({
      'params.a': [1, 2],
      'lossScale.scale': [512],
      'lossScale.goodSteps': [0],
      lossScale: [512],
    });
  });

  test('doubles the scale after enough good ones, and counts anew', () => {
    const grown = after({}, { growthInterval: 4 });
    expect(grown).toMatchObject({
      'lossScale.scale': [2048],
      'lossScale.goodSteps': [0],
      'params.a': [3, 4],
    });
    const largest = after({ state: { 'lossScale.scale': 2 ** 24 } }, { growthInterval: 4 });
    expect(largest).toMatchObject({ 'lossScale.scale': [2 ** 24], 'lossScale.goodSteps': [0] });
  });

  const bad = { gradients: { a: [1, Number.NaN] }, state: { 'gradientSum.a': [0, 0] } };

  test('in parts keeps what spoils it to its end, where it begins anew', () => {
    expect(after({ ...bad, update: 0 })).toMatchObject({
      'params.a': [1, 2],
      'gradientSum.a': [1, Number.NaN],
      'lossScale.scale': [1024],
      'lossScale.goodSteps': [3],
    });
    expect(after({ ...bad, update: 1 })).toMatchObject({
      'params.a': [1, 2],
      'gradientSum.a': [0, 0],
      'lossScale.scale': [512],
      'lossScale.goodSteps': [0],
    });
  });

  test('in parts that are finite moves with the last of them', () => {
    const part = (update: number) =>
      after({ gradients: { a: [1, 1] }, state: { 'gradientSum.a': [1, 0] }, update });
    expect(part(0)).toMatchObject({
      'params.a': [1, 2],
      'gradientSum.a': [2, 1],
      'lossScale.goodSteps': [3],
    });
    expect(part(1)).toMatchObject({
      'params.a': [3, 4],
      'gradientSum.a': [0, 0],
      'lossScale.goodSteps': [4],
    });
  });

  test('is not asked for by false, nor by nothing', () => {
    expect(scalingOf(false)).toBeUndefined();
    expect(scalingOf(undefined)).toBeUndefined();
  });
});

describe.skipIf(!webgpu.usable)(`${place}, whose shaders need not know infinity`, () => {
  test.each([1, Number.POSITIVE_INFINITY, Number.NaN])(
    'a gradient of %d is seen for what it is',
    async (value) => {
      const adding: Transform = {
        update: ({ a }, state) => ({ state: { a: tf.add(state.a as tf.Tensor, a as tf.Tensor) } }),
      };
      const scaled = scaleLoss(scalingOf(true)!, adding);
      const program = await compile(
        (flat, { gradient }) => {
          const facts = { learningRate: gradient!, step: gradient!, statistics: {} };
          const state = unflattenParams(flat);
          const change = scaled.update({ a: gradient! }, state, facts);
          return { state: flattenParams(mergeParams(state, change.state!)), outputs: change.outputs! };
        },
        {
          state: flattenParams({ a: hostZeros('float32', [2]), ...scaled.init!({}, {}) }),
          inputs: { gradient: { shape: [2] } },
          provider: 'webgpu',
        },
      );
      await program.run({ gradient: hostTensor('float32', [2], Float32Array.of(1, value)) });
      const state = await program.readState();
      await program.release();
      const isGood = value === 1;
      expect([...state.a!.data]).toEqual(isGood ? [1, 1] : [0, 0]);
      expect(state['lossScale.scale']!.data[0]).toBe(isGood ? 65536 : 32768);
    },
  );
});
