import { trace } from '@hm/onnx';
import { createSession, type Provider } from '@hm/onnx/session';
import { hostTensor, type Params, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adaptiveHardSamples } from '../decorators/adaptive-hard-samples.ts';
import type { Head } from '../head.ts';
import { softmax } from '../heads/softmax.ts';
import { expectClose } from '../testing/evaluate.ts';
import { tracedOn } from '../testing/traced-on.ts';
import { centerLoss } from './center-loss.ts';
import { embeddingHead } from './embedding-loss.ts';
import { minimumMargin } from './minimum-margin.ts';
import { allEmbeddingLosses, exampleBatch, randomRows } from './testing-embedding-losses.ts';

const rng = Rng.of('embedding trace');
const { embeddings, labels } = exampleBatch;
const [batch, size, classes] = [embeddings.length, embeddings[0]!.length, 8];
const [weight, centers] = [randomRows(rng, classes, size), randomRows(rng, classes, size)];
const upstream = labels.map(() => Math.fround(rng.uniform(0.5, 1.5)));

type Tensors = Record<string, tf.Tensor>;
type Values = Record<string, number[]>;

const heads: [string, Head][] = [
  ...allEmbeddingLosses.map(({ title, loss }): [string, Head] => [title, embeddingHead(loss)]),
  ...[
    centerLoss(softmax({ bias: false }), { weight: 0.3 }),
    minimumMargin(softmax({ bias: false }), { margin: 3 }),
    adaptiveHardSamples(softmax({ bias: false })),
  ].map((head): [string, Head] => [head.config.name, head]),
];

/** Losses, the gradient of `sum(upstream·losses)`, and the next centers of a head that has some. */
function program(head: Head, inputs: Tensors): Tensors {
  const statistics: Params | undefined = head.initStatistics && { centers: inputs.centers! };
  const run = (x: tf.Tensor) =>
    head.losses({ weight: inputs.weight! }, x as tf.Tensor2D, inputs.labels as tf.Tensor1D, 0, statistics);
  const total = (x: tf.Tensor) => tf.sum(tf.mul(run(x).losses, tf.tensor1d(upstream)));
  const { losses, statistics: next } = run(inputs.embeddings!);
  const gradient = tf.grad(total)(inputs.embeddings!);
  return { losses, gradient, ...(next && { nextCenters: next.centers as tf.Tensor }) };
}

const eager = (head: Head): Values =>
  tf.tidy(() => {
    const outputs = program(head, {
      embeddings: tf.tensor2d(embeddings),
      labels: tf.tensor1d(labels, 'int32'),
      weight: tf.tensor2d(weight),
      centers: tf.tensor2d(centers),
    });
    return Object.fromEntries(Object.entries(outputs).map(([name, x]) => [name, [...x.dataSync()]]));
  });

/** All heads in one graph, since a session on a GPU takes its time to begin: `losses.3` is the fourth head's. */
const everything = () =>
  trace(
    (inputs) =>
      Object.fromEntries(
        heads.flatMap(([, head], i) =>
          Object.entries(program(head, inputs)).map(([name, value]) => [`${name}.${i}`, value]),
        ),
      ),
    {
      embeddings: { shape: [batch, size] },
      labels: { shape: [batch], dtype: 'int32' },
      weight: { shape: [classes, size] },
      centers: { shape: [classes, size] },
    },
  );

async function runTraced(provider: Provider): Promise<Values> {
  const session = await createSession(everything(), { provider });
  const outputs = await session.run({
    embeddings: hostTensor('float32', [batch, size], Float32Array.from(embeddings.flat())),
    labels: hostTensor('int32', [batch], Int32Array.from(labels)),
    weight: hostTensor('float32', [classes, size], Float32Array.from(weight.flat())),
    centers: hostTensor('float32', [classes, size], Float32Array.from(centers.flat())),
  });
  await session.release();
  const entries = Object.entries(outputs);
  return Object.fromEntries(entries.map(([name, { data }]) => [name, [...(data as Float32Array)]]));
}

describe.each(tracedOn)('traced, on $provider$note', ({ provider, usable }) => {
  let traced: Values = {};

  beforeAll(async () => {
    if (usable) traced = await runTraced(provider);
  }, 60_000);

  it.skipIf(!usable).each(heads.map(([title, head], i) => ({ title, head, i })))(
    '$title gives the eager values, forward and backward',
    ({ head, i }) => {
      const expected = eager(head);
      expect(Object.keys(traced).filter((name) => name.endsWith(`.${i}`))).toHaveLength(
        Object.keys(expected).length,
      );
      for (const [name, values] of Object.entries(expected))
        expectClose(traced[`${name}.${i}`]!, values, name === 'gradient' ? 1e-4 : 1e-5);
    },
  );
});
