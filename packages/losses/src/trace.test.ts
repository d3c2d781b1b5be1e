import { trace } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { hostTensor, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import type { Head } from './head.ts';
import { type HeadOptions, headByName, headNames } from './head-by-name.ts';
import { type EvaluationInputs, evaluate, expectClose } from './testing.ts';

const rng = Rng.of('trace');
const [batch, size, classes, step] = [6, 8, 11, 250];
const upstream = Array.from({ length: batch }, () => Math.fround(rng.uniform(0.5, 1.5)));
const matrix = (rows: number, columns: number) =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => Math.fround(rng.normal())));
const inputs = {
  embeddings: matrix(batch, size),
  weight: matrix(size, classes),
  bias: matrix(1, classes)[0]!,
  labels: Array.from({ length: batch }, () => rng.integer(classes)),
  upstream,
};

/** Losses, logits and the gradients of `sum(upstream·losses)` as one graph. */
const record = (head: Head, names: string[]) =>
  trace(
    (tensors) => {
      const run = (...values: tf.Tensor[]) => {
        const { embeddings, ...params } = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
        const labels = tensors.labels as tf.Tensor1D;
        return head.losses(params, embeddings as tf.Tensor2D, labels, tensors.step as tf.Scalar);
      };
      const values = names.map((name) => tensors[name]!);
      const weighted = (...x: tf.Tensor[]) => tf.sum(tf.mul(run(...x).losses, tf.tensor1d(upstream)));
      const gradients = tf.grads(weighted)(values);
      const { losses, logits } = run(...values);
      return {
        losses,
        logits: logits!,
        ...Object.fromEntries(names.map((name, i) => [`d_${name}`, gradients[i]!])),
      };
    },
    {
      embeddings: { shape: [batch, size] },
      weight: { shape: [size, classes] },
      ...(names.includes('bias') ? { bias: { shape: [classes] } } : {}),
      labels: { shape: [batch], dtype: 'int32' },
      step: { shape: [], dtype: 'int32' },
    },
  );

async function runTraced(head: Head, names: string[]) {
  const session = await createSession(record(head, names));
  const feeds = {
    embeddings: hostTensor('float32', [batch, size], Float32Array.from(inputs.embeddings.flat())),
    weight: hostTensor('float32', [size, classes], Float32Array.from(inputs.weight.flat())),
    bias: hostTensor('float32', [classes], Float32Array.from(inputs.bias)),
    labels: hostTensor('int32', [batch], Int32Array.from(inputs.labels)),
    step: hostTensor('int32', [], Int32Array.of(step)),
  };
  // A step that a head does not use may be left out of its graph.
  const used = session.inputs.map(({ name }) => [name, feeds[name as keyof typeof feeds]] as const);
  const outputs = await session.run(Object.fromEntries(used));
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
  );
}

const variants: [string, HeadOptions][] = [
  ...headNames.map((name): [string, HeadOptions] => [name, {}]),
  ['ce', { bias: false }],
  ['arcface', { scale: 16, marginRadians: 1.5, marginGradient: 'exact' }],
  ['asoftmax', { m: 3, lambda: 1, gradient: 'sphereface' }],
  ['asoftmax', { lambda: { base: 1000, gamma: 0.12, power: 0.7, min: 5 } }],
  ['hm-ce', { hardMining: { over: 'batch', form: 'algorithm' } }],
  ['hm-cosface', { scale: 4, hardMining: { gate: 'stopped' } }],
];

it.each(variants)(
  '%s %o runs in ONNX Runtime, forward and backward, with the eager values',
  async (name, options) => {
    const head = headByName(name, options);
    const { bias, ...withoutBias } = inputs;
    const hasBias = (name === 'ce' || name === 'hm-ce') && options.bias !== false;
    const eagerInputs: EvaluationInputs = { ...withoutBias, ...(hasBias ? { bias } : {}), step };
    const eager = evaluate(head, eagerInputs);
    const names = Object.keys(eager.gradients);
    const traced = await runTraced(head, names);
    expect(Object.keys(traced).sort()).toEqual(['losses', 'logits', ...names.map((n) => `d_${n}`)].sort());
    expectClose(traced.losses!, eager.losses, 1e-5);
    expectClose(traced.logits!, eager.logits.flat(), 1e-5);
    for (const gradient of names) expectClose(traced[`d_${gradient}`]!, eager.gradients[gradient]!, 1e-4);
  },
);
