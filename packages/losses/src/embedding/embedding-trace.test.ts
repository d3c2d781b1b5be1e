import { trace } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { hostTensor, type Params, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import type { Head } from '../head.ts';
import { softmax } from '../softmax.ts';
import { expectClose } from '../testing.ts';
import { adaptiveHardSamples } from './adaptive-hard-samples.ts';
import { centreLoss } from './centre-loss.ts';
import { embeddingHead } from './embedding-head.ts';
import { minimumMargin } from './minimum-margin.ts';
import { allEmbeddingLosses, exampleBatch, randomRows } from './testing-embedding-losses.ts';

const rng = Rng.of('embedding trace');
const { embeddings, labels } = exampleBatch;
const [batch, size, classes] = [embeddings.length, embeddings[0]!.length, 8];
const [weight, centres] = [randomRows(rng, size, classes), randomRows(rng, classes, size)];
const upstream = labels.map(() => Math.fround(rng.uniform(0.5, 1.5)));

/** Losses, the gradient of `sum(upstream·losses)`, and the next centres of a head that has some. */
const program = (head: Head) => (inputs: Record<string, tf.Tensor>) => {
  const statistics: Params | undefined = head.initStatistics && { centres: inputs.centres! };
  const run = (x: tf.Tensor) =>
    head.losses({ weight: inputs.weight! }, x as tf.Tensor2D, inputs.labels as tf.Tensor1D, 0, statistics);
  const total = (x: tf.Tensor) => tf.sum(tf.mul(run(x).losses, tf.tensor1d(upstream)));
  const { losses, statistics: next } = run(inputs.embeddings!);
  return {
    losses,
    gradient: tf.grad(total)(inputs.embeddings!),
    ...(next && { nextCentres: next.centres as tf.Tensor }),
  };
};

const eager = (head: Head) =>
  tf.tidy(() => {
    const outputs = program(head)({
      embeddings: tf.tensor2d(embeddings),
      labels: tf.tensor1d(labels, 'int32'),
      weight: tf.tensor2d(weight),
      centres: tf.tensor2d(centres),
    });
    return Object.fromEntries(Object.entries(outputs).map(([name, x]) => [name, [...x.dataSync()]]));
  });

async function traced(head: Head) {
  const model = trace(program(head), {
    embeddings: { shape: [batch, size] },
    labels: { shape: [batch], dtype: 'int32' },
    weight: { shape: [size, classes] },
    centres: { shape: [classes, size] },
  });
  const session = await createSession(model);
  const feeds = {
    embeddings: hostTensor('float32', [batch, size], Float32Array.from(embeddings.flat())),
    labels: hostTensor('int32', [batch], Int32Array.from(labels)),
    weight: hostTensor('float32', [size, classes], Float32Array.from(weight.flat())),
    centres: hostTensor('float32', [classes, size], Float32Array.from(centres.flat())),
  };
  const used = session.inputs.map(({ name }) => [name, feeds[name as keyof typeof feeds]] as const);
  const outputs = await session.run(Object.fromEntries(used));
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
  );
}

const heads: [string, Head][] = [
  ...allEmbeddingLosses.map(({ title, loss }): [string, Head] => [title, embeddingHead(loss)]),
  ...[
    centreLoss(softmax({ bias: false }), { weight: 0.3 }),
    minimumMargin(softmax({ bias: false }), { margin: 3 }),
    adaptiveHardSamples(softmax({ bias: false })),
  ].map((head): [string, Head] => [head.name, head]),
];

it.each(heads)(
  '%s runs in ONNX Runtime, forward and backward, with the eager values',
  async (_title, head) => {
    const [expected, actual] = [eager(head), await traced(head)];
    expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, values] of Object.entries(expected))
      expectClose(actual[name]!, values, name === 'gradient' ? 1e-4 : 1e-5);
  },
);
