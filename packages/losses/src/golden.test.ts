import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { hardMiningLoss } from './hard-mining-loss.ts';
import { headByName } from './head-by-name.ts';
import { evaluate, expectClose } from './testing.ts';

// Written by tools/golden/losses.py: double precision, another library's autodiff.
const golden = JSON.parse(readFileSync(new URL('../golden/losses.json', import.meta.url), 'utf8'));

describe('golden values from a second implementation', () => {
  it.each(golden.heads.map((entry: { name: string }, index: number) => [index, entry.name, entry]))(
    '%i %s',
    (_index, name, entry) => {
      const { embeddings, weight, bias } = golden.inputs;
      const { losses, logits, gradients } = evaluate(headByName(name, entry.options), {
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
      for (const [key, values] of Object.entries<number[][]>(entry.gradients))
        expectClose(gradients[key]!, values.flat(), 1e-4);
    },
  );

  it.each(golden.hardMining.map((entry: { options: object }) => [JSON.stringify(entry.options), entry]))(
    'hard mining %s',
    (_title, { options, inputs, upstream, outputs, gradient }) => {
      tf.tidy(() => {
        const losses = tf.tensor1d(inputs);
        expectClose([...hardMiningLoss(losses, options).dataSync()], outputs, 1e-5);
        const backward = tf.grad((x: tf.Tensor1D) => hardMiningLoss(x, options));
        expectClose([...backward(losses, tf.tensor1d(upstream)).dataSync()], gradient, 1e-4);
      });
    },
  );
});
