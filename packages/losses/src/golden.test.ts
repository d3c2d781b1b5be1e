import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import file from '../golden/losses.json';
import { type HardMiningOptions, hardMiningLoss } from './hard-mining-loss.ts';
import { type HeadOptions, headByName } from './head-by-name.ts';
import { evaluate, expectClose } from './testing.ts';

// Written by tools/golden/losses.py: double precision, another library's autodiff.
const golden = file as unknown as Golden;

interface Golden {
  inputs: { embeddings: number[][]; weight: number[][]; bias: number[] };
  labels: number[];
  upstream: number[];
  heads: GoldenHead[];
  hardMining: GoldenHardMining[];
}

interface GoldenHead {
  name: string;
  options: HeadOptions;
  step: number;
  losses: number[];
  logits: number[][];
  gradients: Record<string, number[] | number[][]>;
}

interface GoldenHardMining {
  options: HardMiningOptions;
  inputs: number[];
  upstream: number[];
  outputs: number[];
  gradient: number[];
}

describe('golden values from a second implementation', () => {
  it.each(golden.heads)('$name $options step $step', (entry) => {
    const { embeddings, weight, bias } = golden.inputs;
    const { losses, logits, gradients } = evaluate(headByName(entry.name, entry.options), {
      embeddings,
      weight,
      ...('bias' in entry.gradients ? { bias } : {}),
      labels: golden.labels,
      upstream: golden.upstream,
      step: entry.step,
    });
    expectClose(losses, entry.losses, 1e-5);
    expectClose(logits.flat(), entry.logits.flat(), 1e-5);
    expect(Object.keys(gradients)).toEqual(Object.keys(entry.gradients));
    for (const [key, values] of Object.entries(entry.gradients))
      expectClose(gradients[key]!, values.flat(), 1e-4);
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
