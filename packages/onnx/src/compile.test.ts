import '@tensorflow/tfjs-backend-cpu';
import {
  fromTensors,
  type HostTensor,
  hostTensor,
  hostZeros,
  InvalidArgumentError,
  toTensors,
} from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compile, type StepFunction } from './compile.ts';
import type { Program } from './program/program.ts';
import { repeatStep } from './repeat-step.ts';
import type { Provider } from './session.ts';
import { expectSame } from './testing/compare.ts';
import { floats, integers } from './testing/inputs.ts';
import { webgpu } from './testing/on-webgpu.ts';
import { TraceError } from './trace/trace-error.ts';

type Tensors = Record<string, tf.Tensor>;
type HostTensors = Record<string, HostTensor>;

const names = ['stem', 'block', 'shortcut', 'odd', 'head'];
const parameters: HostTensors = {
  stem: floats([3, 3, 3, 16], -0.5, 0.5),
  block: floats([3, 3, 16, 32], -0.2, 0.2),
  shortcut: floats([1, 1, 16, 32], -0.3, 0.3),
  odd: floats([3, 3, 32, 5], -0.2, 0.2),
  head: floats([5, 4], -0.5, 0.5),
};
const start: HostTensors = {
  ...parameters,
  ...Object.fromEntries(
    names.map((name) => [`momentum.${name}`, hostZeros('float32', parameters[name]!.shape)]),
  ),
  step: hostTensor('int32', [], Int32Array.of(0)),
};

/** A small network with a convolution of each kind, its loss, and SGD with momentum. */
const train: StepFunction = (state, { images, labels }) => {
  const conv = (x: tf.Tensor, filter: tf.Tensor, stride: number) =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, 'same');
  const loss = (...values: tf.Tensor[]) => {
    const [stem, block, shortcut, odd, head] = values as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const first = tf.relu(conv(images!, stem, 1));
    const second = tf.relu(tf.add(conv(first, block, 2), conv(first, shortcut, 2)));
    const logits = tf.matMul(tf.mean(conv(second, odd, 1), [1, 2]), head);
    const hot = tf.oneHot(labels!, 4, 1, 0, 'float32');
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), hot), 1))) as tf.Scalar;
  };
  const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => state[name]!));
  const next: Tensors = { step: tf.add(state.step!, tf.scalar(1, 'int32')) };
  for (const [i, name] of names.entries()) {
    next[`momentum.${name}`] = tf.add(tf.mul(state[`momentum.${name}`]!, 0.9), grads[i]!);
    next[name] = tf.sub(state[name]!, tf.mul(next[`momentum.${name}`]!, 0.1));
  }
  return { state: next, outputs: { loss: value } };
};

const batch = (seed: number): HostTensors => ({
  images: floats([3, 6, 5, 3], -1, 1, seed),
  labels: integers([3], 0, 4, seed),
});

const inputs = { images: { shape: [3, 6, 5, 3] }, labels: { shape: [3], dtype: 'int32' as const } };

const floatsOf = (values: number[]) => hostTensor('float32', [values.length], Float32Array.from(values));

/** Batches one behind the other, with an axis of their number in front. */
function together(batches: HostTensors[]): HostTensors {
  const pixels = batches.flatMap(({ images }) => [...(images!.data as Float32Array)]);
  const labels = batches.flatMap(({ labels }) => [...(labels!.data as Int32Array)]);
  return {
    images: hostTensor('float32', [batches.length, ...inputs.images.shape], Float32Array.from(pixels)),
    labels: hostTensor('int32', [batches.length, ...inputs.labels.shape], Int32Array.from(labels)),
  };
}

async function eager(
  state: HostTensors,
  feeds: HostTensors,
): Promise<{ state: HostTensors; outputs: HostTensors }> {
  await tf.setBackend('cpu');
  let result = { state: {} as HostTensors, outputs: {} as HostTensors };
  tf.tidy(() => {
    const { state: next, outputs } = train(toTensors(state), toTensors(feeds));
    result = { state: fromTensors(next), outputs: fromTensors(outputs) };
  });
  return result;
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

const providers = [
  { name: 'cpu', provider: 'cpu' as const, usable: true },
  { name: `webgpu${webgpu.note}`, provider: 'webgpu' as const, usable: webgpu.usable },
];

describe.each(providers)('a compiled step on $name', ({ provider, usable }) => {
  const test = it.skipIf(!usable);

  test('carries its state as the eager loop does', async () => {
    const before = tf.memory().numTensors;
    const program = await compile(train, { state: start, inputs, provider, threads: 1 });
    expect(tf.memory().numTensors).toBe(before);
    let state = start;
    for (let step = 0; step < 4; step++) {
      const expected = await eager(state, batch(step));
      expectSame(await program.run(batch(step)), expected.outputs, 1e-5, `step ${step}`);
      expectSame(await program.readState(), expected.state, 1e-5, `state after step ${step}`);
      state = expected.state;
    }
    expect([...state.step!.data]).toEqual([4]);
    await program.release();
  });

  test('takes several steps in one run as it does one by one, on the CPU to the bit', async () => {
    const single = await compile(train, { state: start, inputs, provider, threads: 1 });
    const losses: number[] = [];
    for (let step = 0; step < 6; step++) losses.push((await single.run(batch(step))).loss!.data[0] as number);
    const repeated = {
      images: { shape: [3, ...inputs.images.shape] },
      labels: { ...inputs.labels, shape: [3, 3] },
    };
    const three = await compile(repeatStep(train, 3), {
      state: start,
      inputs: repeated,
      provider,
      threads: 1,
    });
    const tolerance = provider === 'cpu' ? 0 : 1e-6;
    for (const first of [0, 3]) {
      const { loss } = await three.run(together([batch(first), batch(first + 1), batch(first + 2)]));
      expectSame({ loss: loss! }, { loss: floatsOf(losses.slice(first, first + 3)) }, tolerance, 'losses');
    }
    expectSame(await three.readState(), await single.readState(), tolerance, 'the state');
    await Promise.all([single.release(), three.release()]);
    expect(() => repeatStep(train, 0)).toThrow(InvalidArgumentError);
  });

  test('gives back the state that it was given, filters of every kind in their own layouts', async () => {
    const program = await compile(train, { state: start, inputs, provider, threads: 1 });
    expectSame(await program.readState(), start, 0, 'before a step');
    const other = Object.fromEntries(
      Object.entries(start).map(([name, { shape, dtype }]) => [
        name,
        dtype === 'float32' ? floats(shape, -1, 1, 7) : hostTensor('int32', [], Int32Array.of(41)),
      ]),
    );
    await program.writeState(other);
    expectSame(await program.readState(), other, 0, 'what was written');
    const expected = await eager(other, batch(1));
    expectSame(await program.run(batch(1)), expected.outputs, 1e-5, 'a step from what was written');
    expectSame(await program.readState(), expected.state, 1e-5, 'the state after it');
    await program.release();
  });

  test('is bit-identical when a state is written back and the steps are repeated', async () => {
    const program = await compile(train, { state: start, inputs, provider, threads: 1 });
    await program.run(batch(0));
    const middle = await program.readState();
    await program.run(batch(1));
    const end = await program.readState();
    await program.writeState(middle);
    await program.run(batch(1));
    expect(await program.readState()).toEqual(end);
    await program.release();
  });

  test('copies: neither the given nor the read state changes with the steps', async () => {
    const given = { count: hostTensor('float32', [1], Float32Array.of(5)) };
    const program = await counter(given, provider);
    const read = await program.readState();
    await program.run({ by: hostTensor('float32', [], Float32Array.of(2)) });
    await program.run({ by: hostTensor('float32', [], Float32Array.of(3)) });
    expect([...given.count.data]).toEqual([5]);
    expect([...read.count!.data]).toEqual([5]);
    expect([...(await program.readState()).count!.data]).toEqual([10]);
    await program.release();
  });

  test('takes state that a step returns unchanged, swaps, or returns as an output too', async () => {
    const program = await compile(
      ({ a, b, kept }, { x }) => ({
        state: { a: b!, b: a!, kept: kept! },
        outputs: { same: a!, sum: tf.add(a!, x!) },
      }),
      {
        state: { a: floats([2], 0, 1, 1), b: floats([2], 0, 1, 2), kept: floats([3]) },
        inputs: { x: { shape: [2] } },
        provider,
        threads: 1,
      },
    );
    const { same } = await program.run({ x: hostZeros('float32', [2]) });
    expect(same).toEqual(floats([2], 0, 1, 1));
    const state = await program.readState();
    expect(state).toEqual({ a: floats([2], 0, 1, 2), b: floats([2], 0, 1, 1), kept: floats([3]) });
    await program.release();
  });
});

const counter = (state: HostTensors, provider: Provider = 'cpu'): Promise<Program> =>
  compile(({ count }, { by }) => ({ state: { count: tf.add(count!, by!) }, outputs: {} }), {
    state,
    inputs: { by: { shape: [] } },
    provider,
    threads: 1,
  });

describe('what a program refuses', () => {
  const count = hostZeros('float32', [1]);
  const by = hostZeros('float32', []);

  it.each<[string, HostTensors]>([
    ['nothing', {}],
    ['another shape', { count: hostZeros('float32', [2]) }],
    ['another dtype', { count: hostZeros('int32', [1]) }],
    ['a name too many', { count, extra: count }],
  ])('a state with %s', async (_, state) => {
    const program = await counter({ count });
    expect(await failure(program.writeState(state))).toBeInstanceOf(InvalidArgumentError);
    expect(await program.readState()).toEqual({ count });
    await program.release();
  });

  it.each<[string, HostTensors]>([
    ['missing', {}],
    ['of another shape', { by: count }],
    ['that there are not', { by, extra: count }],
  ])('inputs %s', async (_, feeds) => {
    const program = await counter({ count });
    expect(await failure(program.run(feeds))).toBeInstanceOf(InvalidArgumentError);
    await program.release();
  });

  it('a step after its release', async () => {
    const program = await counter({ count });
    await program.release();
    expect(await failure(program.run({ by }))).toBeInstanceOf(InvalidArgumentError);
  });

  it.each<[string, StepFunction]>([
    ['leaves out a part of the state', () => ({ state: {}, outputs: {} })],
    ['returns another shape', ({ count: c }) => ({ state: { count: tf.reshape(c!, []) }, outputs: {} })],
    ['returns another dtype', ({ count: c }) => ({ state: { count: tf.cast(c!, 'int32') }, outputs: {} })],
  ])('a step that %s', async (_, step) => {
    const before = tf.memory().numTensors;
    const error = await failure(compile(step, { state: { count }, inputs: {} }));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error!.message).toContain('"count" of float32 [1]');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names for two things', async () => {
    const both = { state: { count }, inputs: { count: { shape: [1] } } };
    const step: StepFunction = (state) => ({ state, outputs: {} });
    expect(await failure(compile(step, both))).toBeInstanceOf(InvalidArgumentError);
    const output: StepFunction = (state) => ({ state, outputs: { count: tf.exp(state.count!) } });
    expect(await failure(compile(output, { state: { count }, inputs: {} }))).toBeInstanceOf(
      InvalidArgumentError,
    );
  });

  it('a step that reads a value', async () => {
    const step: StepFunction = ({ count: c }) => ({
      state: { count: tf.scalar(c!.dataSync()[0]!) },
      outputs: {},
    });
    expect(await failure(compile(step, { state: { count }, inputs: {} }))).toBeInstanceOf(TraceError);
  });
});
