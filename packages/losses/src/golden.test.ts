import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { hardMiningLoss } from './decorators/hard-mining-loss.ts';
import { headByName } from './head-shorthand.ts';
import { evaluate, expectClose } from './testing/evaluate.ts';
import { golden } from './testing/golden.ts';

const { labels, upstream } = golden;

describe('golden values from a second implementation', () => {
  it.each(golden.heads)('$name $options step $step', (entry) => {
    const { step, inputs, statisticsBefore: statistics } = entry;
    const actual = evaluate(headByName(entry.name, entry.options), {
      ...inputs,
      labels,
      upstream,
      step,
      statistics,
    });
    expectClose(actual.losses, entry.losses, 1e-5);
    expectClose(actual.logits.flat(), entry.logits.flat(), 1e-5);
    expect(Object.keys(actual.gradients)).toEqual(Object.keys(entry.gradients));
    for (const [key, values] of Object.entries(entry.gradients))
      expectClose(actual.gradients[key]!, values.flat(), 1e-4);
    expectSame(actual.penalty, entry.penalty);
    expect(Object.keys(actual.statistics ?? {})).toEqual(Object.keys(entry.statistics ?? {}));
    for (const [key, value] of Object.entries(entry.statistics ?? {}))
      expectSame(actual.statistics![key], value);
  });

  it.each(golden.hardMining)('hard mining $options', ({ options, inputs, upstream, outputs, gradient }) => {
    tf.tidy(() => {
      const losses = tf.tensor1d(inputs);
      expectClose([...hardMiningLoss(losses, options).dataSync()], outputs, 1e-5);
      const backward = tf.grad((x) => hardMiningLoss(x as tf.Tensor1D, options));
      expectClose([...backward(losses, tf.tensor1d(upstream)).dataSync()], gradient, 1e-4);
    });
  });
});

const expectSame = (actual: number | undefined, expected: number | undefined) =>
  expectClose([actual ?? 0], [expected ?? 0], 1e-5);
