import { trace } from '@hm/onnx';
import { createSession, type Provider } from '@hm/onnx/session';
import { hostTensor } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { headByName } from './head-shorthand.ts';
import { expectClose } from './testing/evaluate.ts';
import { type GoldenHead, golden } from './testing/golden.ts';
import { tracedOn } from './testing/traced-on.ts';

const { labels, upstream } = golden;

type Tensors = Record<string, tf.Tensor>;
type Nested = number | number[] | number[][];

/** Everything that a graph takes, by name: embeddings, parameters, `statistics.*`, labels, the step. */
function inputsOf({ inputs, statisticsBefore = {}, step }: GoldenHead): Record<string, Nested> {
  const statistics = Object.entries(statisticsBefore).map(([name, value]) => [`statistics.${name}`, value]);
  return { ...inputs, ...Object.fromEntries(statistics), labels, step };
}

const shapeOf = (value: Nested): number[] =>
  Array.isArray(value) ? [value.length, ...shapeOf(value[0]!)] : [];
const dtypeOf = (name: string) => (/\b(labels|step)$/.test(name) ? 'int32' : 'float32');

const prefixed = <T>(i: number, values: Record<string, T>): [string, T][] =>
  Object.entries(values).map(([name, value]) => [`${i}.${name}`, value]);
const withoutPrefix = <T>(i: number, values: Record<string, T>): Record<string, T> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([name]) => name.startsWith(`${i}.`))
      .map(([name, value]) => [name.slice(`${i}.`.length), value]),
  );

/** Losses, logits, penalty, statistics and the gradients of `sum(upstream·losses) + penalty`. */
function program(entry: GoldenHead, tensors: Tensors): Tensors {
  const head = headByName(entry.name, entry.options);
  const names = Object.keys(entry.inputs);
  const statistics = Object.fromEntries(
    Object.keys(entry.statisticsBefore ?? {}).map((name) => [name, tensors[`statistics.${name}`]!]),
  );
  const run = (...values: tf.Tensor[]) => {
    const { embeddings, ...params } = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
    const step = tensors.step as tf.Scalar;
    return head.losses(params, embeddings as tf.Tensor2D, tensors.labels as tf.Tensor1D, step, statistics);
  };
  const total = (...values: tf.Tensor[]) => {
    const { losses, penalty = 0 } = run(...values);
    return tf.add(tf.sum(tf.mul(losses, upstream)), penalty);
  };
  const values = names.map((name) => tensors[name]!);
  const gradients = tf.grads(total)(values);
  const { statistics: after = {}, logits, ...result } = run(...values);
  return {
    ...result,
    logits: logits!,
    ...(after as Tensors),
    ...Object.fromEntries(names.map((name, i) => [`gradient.${name}`, gradients[i]!])),
  };
}

/** The inputs of all heads: `3.weight` is the fourth's. */
const allInputs = Object.fromEntries(golden.heads.flatMap((entry, i) => prefixed(i, inputsOf(entry))));

/** All heads in one graph, since a session on a GPU takes its time to begin. */
function everything(): Uint8Array {
  const specs = Object.entries(allInputs).map(([name, value]) => [
    name,
    { shape: shapeOf(value), dtype: dtypeOf(name) },
  ]);
  return trace(
    (tensors) =>
      Object.fromEntries(
        golden.heads.flatMap((entry, i) => prefixed(i, program(entry, withoutPrefix(i, tensors)))),
      ),
    Object.fromEntries(specs),
  );
}

async function runTraced(provider: Provider): Promise<Record<string, number[]>> {
  const session = await createSession(everything(), { provider });
  // What a head does not use, such as the step, is left out of the graph.
  const feeds = session.inputs.map(({ name }) => {
    const value = allInputs[name]!;
    const flat = [value].flat(2);
    const data = dtypeOf(name) === 'int32' ? Int32Array.from(flat) : Float32Array.from(flat);
    return [name, hostTensor(dtypeOf(name), shapeOf(value), data)] as const;
  });
  const outputs = Object.entries(await session.run(Object.fromEntries(feeds)));
  await session.release();
  return Object.fromEntries(outputs.map(([name, { data }]) => [name, [...(data as Float32Array)]]));
}

describe.each(tracedOn)('traced, on $provider$note', ({ provider, usable }) => {
  let traced: Record<string, number[]> = {};

  beforeAll(async () => {
    if (usable) traced = await runTraced(provider);
  }, 120_000);

  it.skipIf(!usable).each(golden.heads.map((entry, i) => ({ ...entry, i })))(
    '$name $options step $step gives the golden values',
    ({ i, ...entry }) => {
      const outputs = withoutPrefix(i, traced);
      const { losses, logits, penalty, statistics = {}, gradients } = entry;
      const expected: Record<string, [Nested, number]> = {
        losses: [losses, 1e-5],
        logits: [logits, 1e-5],
        ...(penalty === undefined ? {} : { penalty: [penalty, 1e-5] }),
        ...Object.fromEntries(Object.entries(statistics).map(([name, value]) => [name, [value, 1e-5]])),
        ...Object.fromEntries(
          Object.entries(gradients).map(([name, value]) => [`gradient.${name}`, [value, 1e-4]]),
        ),
      };
      expect(Object.keys(outputs).sort()).toEqual(Object.keys(expected).sort());
      for (const [name, [value, tolerance]] of Object.entries(expected))
        expectClose(outputs[name]!, [value].flat(2), tolerance);
    },
  );
});
