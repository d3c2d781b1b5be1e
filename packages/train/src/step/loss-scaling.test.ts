import { compile } from '@hm/onnx';
import { describeProviders } from '@hm/onnx/session';
import { hostTensor, hostZeros } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { offerSoftwareGpu } from '../../../../tools/software-gpu.ts';
import { withTfjs } from '../with-tfjs.ts';
import { afterScaledStep, lossScaleState, type MixedPrecision, type ScaledStep } from './loss-scaling.ts';

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

/** What a step makes of plain numbers. */
function after(
  { state = {}, next = {}, gradients = { a: [0.5, -2] }, update }: Step,
  option?: MixedPrecision,
) {
  const results: Record<string, number[]> = {};
  tf.tidy(() => {
    const tensors = (values: Numbers) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tf.tensor(value)]));
    const old = tensors({ ...before, ...state });
    const step: ScaledStep = {
      state: old,
      next: { ...old, ...tensors({ 'params.a': [3, 4], ...next }) },
      gradients: tensors(gradients),
      update: update === undefined ? undefined : tf.scalar(update),
    };
    const { state: kept, outputs } = afterScaledStep(option ?? true, step);
    for (const [name, tensor] of Object.entries({ ...kept, ...outputs }))
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

  const sums = (sum: number[]) => ({ 'gradientSum.a': sum });
  const bad = { gradients: { a: [1, Number.NaN] }, state: sums([5, 6]) };

  test('in parts keeps what spoils it to its end, where it begins anew', () => {
    const within = after({ ...bad, next: sums([1, Number.NaN]), update: 0 });
    expect(within).toMatchObject({
      'params.a': [1, 2],
      'gradientSum.a': [1, Number.NaN],
      'lossScale.scale': [1024],
      'lossScale.goodSteps': [3],
    });
    const end = after({ ...bad, next: sums([Number.NaN, Number.NaN]), update: 1 });
    expect(end).toMatchObject({
      'params.a': [1, 2],
      'gradientSum.a': [0, 0],
      'lossScale.scale': [512],
      'lossScale.goodSteps': [0],
    });
  });

  test('in parts that are finite moves the scale with the last of them', () => {
    const part = (update: number) => after({ next: sums([1, 1]), state: sums([0, 0]), update });
    expect(part(0)).toMatchObject({ 'gradientSum.a': [1, 1], 'lossScale.goodSteps': [3] });
    expect(part(1)).toMatchObject({ 'gradientSum.a': [1, 1], 'lossScale.goodSteps': [4] });
  });

  test('without it is as it was', () => {
    const next = { a: tf.scalar(1) };
    const step = { state: {}, next, gradients: {}, update: undefined };
    expect(afterScaledStep(false, step)).toEqual({ state: next, outputs: {} });
    expect(afterScaledStep(undefined, step)).toEqual({ state: next, outputs: {} });
    next.a.dispose();
  });
});

describe.skipIf(!webgpu.usable)(`${place}, whose shaders need not know infinity`, () => {
  test.each([1, Number.POSITIVE_INFINITY, Number.NaN])(
    'a gradient of %d is seen for what it is',
    async (value) => {
      const program = await compile(
        (state, { gradient }) => {
          const next = { ...state, a: tf.add(state.a!, gradient!) };
          return afterScaledStep(true, { state, next, gradients: { a: gradient! }, update: undefined });
        },
        {
          state: { a: hostZeros('float32', [2]), ...lossScaleState(true) },
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
