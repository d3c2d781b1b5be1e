import { existsSync } from 'node:fs';
import { trace } from '@hm/onnx';
import { createSession, describeProviders, type Session } from '@hm/onnx/session';
import { hostTensor } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type GoldenHead, golden } from './golden.ts';
import { headByName } from './head-by-name.ts';
import { expectClose } from './testing.ts';

// A GPU in software, which Debian's package chromium brings; a real one is used where there is one.
const softwareGpu = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(softwareGpu)) process.env.VK_ICD_FILENAMES ??= softwareGpu;

const providers = await describeProviders();
const { labels, upstream } = golden;

type Nested = number | number[] | number[][];

/** Everything that a graph takes, by name: embeddings, parameters, `statistics.*`, labels, the step. */
function inputsOf({ inputs, statisticsBefore = {}, step }: GoldenHead): Record<string, Nested> {
  const statistics = Object.entries(statisticsBefore).map(([name, value]) => [`statistics.${name}`, value]);
  return { ...inputs, ...Object.fromEntries(statistics), labels, step };
}

const shapeOf = (value: Nested): number[] =>
  Array.isArray(value) ? [value.length, ...shapeOf(value[0]!)] : [];
const dtypeOf = (name: string) => (name === 'labels' || name === 'step' ? 'int32' : 'float32');

/** Losses, logits, penalty, statistics and the gradients of `sum(upstream·losses) + penalty` as one graph. */
function record(entry: GoldenHead): Uint8Array {
  const head = headByName(entry.name, entry.options);
  const names = Object.keys(entry.inputs);
  const specs = Object.entries(inputsOf(entry)).map(([name, value]) => [
    name,
    { shape: shapeOf(value), dtype: dtypeOf(name) },
  ]);
  return trace((tensors) => {
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
      ...(after as Record<string, tf.Tensor>),
      ...Object.fromEntries(names.map((name, i) => [`gradient.${name}`, gradients[i]!])),
    };
  }, Object.fromEntries(specs));
}

const feedsOf = (entry: GoldenHead, session: Session) => {
  const values = inputsOf(entry);
  // What a head does not use, such as the step, is left out of its graph.
  const used = session.inputs.map(({ name }) => {
    const value = values[name]!;
    const flat = [value].flat(2);
    const data = dtypeOf(name) === 'int32' ? Int32Array.from(flat) : Float32Array.from(flat);
    return [name, hostTensor(dtypeOf(name), shapeOf(value), data)] as const;
  });
  return Object.fromEntries(used);
};

describe.each(['cpu', 'webgpu'] as const)('traced, on %s', (provider) => {
  const { usable, reason } = providers.find(({ provider: name }) => name === provider)!;

  it.skipIf(!usable).each(golden.heads)(
    `$name $options step $step gives the golden values${usable ? '' : `: not here, ${reason}`}`,
    async (entry) => {
      const session = await createSession(record(entry), { provider });
      const outputs = await session.run(feedsOf(entry, session));
      await session.release();
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
        expectClose([...(outputs[name]!.data as Float32Array)], [value].flat(2), tolerance);
    },
  );
});
