import { type HostTensor, hostTensor, hostZeros, InvalidArgumentError } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compileOn, type StepOptions } from '../compile-on.ts';
import type { TfjsEngine } from '../engine.ts';

const engine: TfjsEngine = { kind: 'tfjs', backend: 'cpu' };
const scalar = (value: number): HostTensor => hostTensor('float32', [], Float32Array.of(value));
const numbers = (...values: number[]): HostTensor =>
  hostTensor('float32', [values.length], Float32Array.from(values));

const counter = (state: StepOptions['state']) =>
  compileOn(engine, ({ count }, { by }) => ({ state: { count: tf.add(count!, by!) }, outputs: {} }), {
    state,
    inputs: { by: { shape: [] } },
  });

describe('a step run eagerly', () => {
  test('carries its state on, takes a written one, and copies what goes in and out', async () => {
    const count = numbers(1, 2);
    const program = await counter({ count });
    count.data[0] = 9;
    await program.run({ by: scalar(2) });
    const read = await program.readState();
    await program.run({ by: scalar(3) });
    expect(read).toEqual({ count: numbers(3, 4) });
    expect(await program.readState()).toEqual({ count: numbers(6, 7) });
    await program.writeState(read);
    read.count!.data[0] = 9;
    await program.run({ by: scalar(1) });
    expect(await program.readState()).toEqual({ count: numbers(4, 5) });
    await program.release();
  });

  test('takes state that a step returns unchanged, swaps, returns as an output, or takes from its inputs', async () => {
    const program = await compileOn(
      engine,
      ({ a, b, kept }, { x }) => ({
        state: { a: b!, b: a!, kept: kept!, last: x! },
        outputs: { same: a!, a: a! },
      }),
      {
        state: { a: numbers(1), b: numbers(2), kept: numbers(3), last: numbers(0) },
        inputs: { x: { shape: [1] } },
      },
    );
    const x = numbers(7);
    expect(await program.run({ x })).toEqual({ same: numbers(1), a: numbers(1) });
    x.data[0] = 8;
    expect(await program.readState()).toEqual({
      a: numbers(2),
      b: numbers(1),
      kept: numbers(3),
      last: numbers(7),
    });
    await program.release();
  });

  test('holds its state and nothing else, and nothing once it is released', async () => {
    const before = tf.memory();
    const program = await counter({ count: numbers(1, 2) });
    for (let step = 0; step < 3; step++) await program.run({ by: scalar(step) });
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors + 1, numBytes: before.numBytes + 8 });
    await program.release();
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
  });

  test('leaves the current backend as it is', async () => {
    tf.registerBackend('another', () => tf.findBackend('cpu'));
    await tf.setBackend('another');
    const program = await counter({ count: numbers(1) });
    expect(tf.getBackend()).toBe('another');
    await program.run({ by: scalar(1) });
    expect(tf.getBackend()).toBe('another');
    await expect(program.run({})).rejects.toThrow();
    expect(tf.getBackend()).toBe('another');
    await program.release();
    await tf.setBackend('cpu');
    tf.removeBackend('another');
  });
});

describe('what a program refuses', () => {
  const count = hostZeros('float32', [1]);
  const by = scalar(0);

  test.each<[string, Record<string, HostTensor>]>([
    ['nothing', {}],
    ['another shape', { count: hostZeros('float32', [2]) }],
    ['another dtype', { count: hostZeros('int32', [1]) }],
    ['a name too many', { count, extra: count }],
  ])('a state with %s', async (_, state) => {
    const program = await counter({ count });
    await expect(program.writeState(state)).rejects.toThrow(InvalidArgumentError);
    expect(await program.readState()).toEqual({ count });
    await program.release();
  });

  test.each<[string, Record<string, HostTensor>]>([
    ['missing', {}],
    ['of another shape', { by: count }],
    ['that there are not', { by, extra: count }],
  ])('inputs %s', async (_, inputs) => {
    const program = await counter({ count });
    await expect(program.run(inputs)).rejects.toThrow(InvalidArgumentError);
    await program.release();
  });

  test('a step after its release', async () => {
    const program = await counter({ count });
    await program.release();
    await program.release();
    await expect(program.run({ by })).rejects.toThrow(InvalidArgumentError);
    await expect(program.readState()).rejects.toThrow(InvalidArgumentError);
  });

  test('a step that leaves out a part of the state', async () => {
    const before = tf.memory().numTensors;
    const program = await compileOn(engine, () => ({ state: {}, outputs: {} }), {
      state: { count },
      inputs: {},
    });
    await expect(program.run({})).rejects.toThrow(/"count": float32 \[1\], got nothing/);
    await program.release();
    expect(tf.memory().numTensors).toBe(before);
  });
});
