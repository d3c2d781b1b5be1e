import '@tensorflow/tfjs-backend-cpu';
import { fromTensors, type HostTensor, Rng, sizeOf, toTensor } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { blockSize } from '../blocks.ts';
import { createSession } from '../session.ts';
import { record } from '../trace/trace.ts';

/** A tfjs function of tensors. */
export type Program = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** How a program is compared. */
export interface CompareOptions {
  /** Largest error, relative to the larger of the value itself and the mean magnitude of its tensor. Default 1e-5. */
  tolerance?: number;
  /** Whether to compare the gradients of `Σ outputs · fixed random weights` with respect to all float32 inputs too. */
  gradients?: boolean;
}

/**
 * Runs a program eagerly on tfjs's `cpu` backend, as a graph of standard operators and as a graph of blocked layouts.
 * Expects the same dtypes, shapes and values from all three, and no tensor left behind.
 *
 * @returns the names of the tfjs kernels that the eager run called.
 */
export async function compare(
  program: Program,
  inputs: readonly HostTensor[],
  { tolerance = 1e-5, gradients = false }: CompareOptions = {},
): Promise<string[]> {
  await tf.setBackend('cpu');
  tf.env().set('CHECK_COMPUTATION_FOR_ERRORS', false);
  const before = tf.memory().numTensors;
  const whole = withGradients(program, inputs, gradients);
  let expected: Record<string, HostTensor> = {};
  const { kernelNames } = await tf.profile(() => {
    tf.tidy(() => {
      expected = fromTensors(whole(inputs.map((input) => toTensor(input))));
    });
    return [];
  });
  for (const block of [0, await blockSize()]) {
    const actual = await runTraced(whole, inputs, block);
    expectSame(actual, expected, tolerance, block === 0 ? 'standard operators' : 'blocked layouts');
  }
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
  return kernelNames;
}

type Whole = (inputs: tf.Tensor[]) => Record<string, tf.Tensor>;

const named = (prefix: string, tensors: readonly tf.Tensor[]) =>
  Object.fromEntries(tensors.map((tensor, index) => [`${prefix}${index}`, tensor]));

function withGradients(program: Program, inputs: readonly HostTensor[], gradients: boolean): Whole {
  const run = (tensors: tf.Tensor[]) => [program(...tensors)].flat();
  if (!gradients) return (tensors) => named('y', run(tensors));
  const floats = inputs.flatMap(({ dtype }, index) => (dtype === 'float32' ? [index] : []));
  return (tensors) => {
    const loss = (...changed: tf.Tensor[]) => {
      const all = tensors.map((tensor, index) => changed[floats.indexOf(index)] ?? tensor);
      const terms = run(all).map((y, index) => tf.sum(tf.mul(y, weights(index, y.shape))));
      return tf.addN(terms) as tf.Scalar;
    };
    const slopes = tf.grads(loss)(floats.map((index) => tensors[index]!));
    return { ...named('y', run(tensors)), ...named('slope', slopes) };
  };
}

function weights(index: number, shape: number[]): tf.Tensor {
  const rng = Rng.of('weights', index);
  return tf.tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(0.5, 1.5)),
    shape,
  );
}

/** Traces a program, loads the graph and runs it. */
async function runTraced(whole: Whole, inputs: readonly HostTensor[], block: number) {
  const feeds = Object.fromEntries(inputs.map((input, index) => [`x${index}`, input]));
  const specs = Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
  );
  const { model } = record((tensors) => whole(Object.values(tensors)), specs as never, { block });
  const session = await createSession(model, { threads: 1 });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** Expects tensors of the same names, dtypes, shapes and values. */
export function expectSame(
  actual: Record<string, HostTensor>,
  expected: Record<string, HostTensor>,
  tolerance: number,
  what: string,
): void {
  expect(Object.keys(actual).sort(), what).toEqual(Object.keys(expected).sort());
  for (const [name, wanted] of Object.entries(expected)) {
    const got = actual[name]!;
    expect({ dtype: got.dtype, shape: got.shape }, `${what}, ${name}`).toEqual({
      dtype: wanted.dtype,
      shape: wanted.shape,
    });
    const wrong = firstDifference(got, wanted, wanted.dtype === 'float32' ? tolerance : 0);
    expect(wrong, `${what}, ${name}`).toBeUndefined();
  }
}

function firstDifference(actual: HostTensor, expected: HostTensor, tolerance: number): string | undefined {
  const [got, wanted] = [actual.data, expected.data].map((data) => Array.from(data as Float32Array)) as [
    number[],
    number[],
  ];
  const finite = wanted.filter(Number.isFinite).map(Math.abs);
  const scale = finite.reduce((sum, value) => sum + value, 0) / Math.max(1, finite.length);
  const index = wanted.findIndex((value, i) => {
    if (Object.is(value, got[i]) || value === got[i]) return false;
    return !(Math.abs(value - got[i]!) <= tolerance * Math.max(Math.abs(value), scale));
  });
  return index < 0
    ? undefined
    : `element ${index} of ${wanted.length}: expected ${wanted[index]}, got ${got[index]}`;
}
