import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arcFace } from '../heads/arc-face.ts';
import { centralDifferences, evaluate, expectClose } from '../testing/evaluate.ts';
import { hardMining } from './hard-mining.ts';
import { type HardMiningOptions, hardMiningLoss } from './hard-mining-loss.ts';

const apply = (losses: number[], options?: HardMiningOptions): number[] =>
  tf.tidy(() => [...hardMiningLoss(tf.tensor1d(losses), options).dataSync()]);

const gradient = (losses: number[], options?: HardMiningOptions): number[] =>
  tf.tidy(() => [
    ...tf
      .grad((x) => tf.sum(hardMiningLoss(x as tf.Tensor1D, options)))(tf.tensor1d(losses))
      .dataSync(),
  ]);

const gateOf = (loss: number) => 1.5 / (1 + Math.exp(-35 * (1.1 * loss - 0.75)));
const losses = fc.array(fc.float({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 8 });

describe('hardMiningLoss', () => {
  it('multiplies each loss by its gate', () => {
    fc.assert(
      fc.property(losses, (values) =>
        expectClose(
          apply(values),
          values.map((x) => x * gateOf(x)),
          1e-5,
        ),
      ),
    );
  });

  it('over the batch multiplies every loss by the gate of the mean', () => {
    fc.assert(
      fc.property(losses, (values) => {
        const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
        fc.pre(Math.abs(1.1 * mean - 0.75) > 0.01);
        expectClose(
          apply(values, { over: 'batch' }),
          values.map((x) => x * gateOf(mean)),
          1e-3,
        );
      }),
    );
  });

  it('as in the algorithm is β times the equation', () => {
    const values = [0.2, 0.69, 3];
    expectClose(
      apply(values, { form: 'algorithm' }),
      apply(values).map((x) => 1.1 * x),
      1e-6,
    );
  });

  it('leaves the loss as it is at L = 0.69982, the equation, and 0.69301, the algorithm', () => {
    expectClose(apply([0.69982]), [0.69982], 1e-4);
    expectClose(apply([0.69301], { form: 'algorithm' }), [0.69301], 1e-4);
  });

  it('is 0 with gradient α·σ(−A·B) at loss 0, and α·L far above the midpoint', () => {
    expect(apply([0])).toEqual([0]);
    expectClose(gradient([0]), [1.5 / (1 + Math.exp(26.25))], 1e-4);
    expectClose(apply([1e4]), [1.5e4], 1e-6);
    expectClose(gradient([1e4]), [1.5], 1e-6);
  });

  it('has the derivatives that the analysis of the paper gives', () => {
    expectClose(
      gradient([1, 0.8, 0.75, 0.7, 0.6858, 0.65, 0.6]),
      [1.5, 1.96, 4.13, 9.97, 10.65, 6.9, 1.43],
      5e-3,
    );
  });

  it.each([
    { over: 'sample' as const },
    { over: 'batch' as const },
    { over: 'batch' as const, form: 'algorithm' as const },
  ])('has the gradient that central differences give: %o', (options) => {
    const values = [0.6, 0.7, 0.8, 0.72];
    const [beta, mean] = [
      options.form ? 1.1 : 1,
      (x: number[]) => x.reduce((sum, v) => sum + v, 0) / x.length,
    ];
    const f = (x: number[]) =>
      x.reduce((sum, v) => sum + beta * v * gateOf(options.over === 'batch' ? mean(x) : v), 0);
    expectClose(gradient(values, options), centralDifferences(f, values), 1e-4);
  });

  it('with a stopped gate has the gate as gradient', () => {
    const values = [0.3, 0.69, 0.8];
    expectClose(gradient(values, { gate: 'stopped' }), values.map(gateOf), 1e-5);
  });

  it('leaves no tensor behind', () => {
    const input = tf.tensor1d([1, 2]);
    const before = tf.memory().numTensors;
    hardMiningLoss(input, { over: 'batch' }).dispose();
    expect(tf.memory().numTensors).toBe(before);
    input.dispose();
  });

  it.each([
    [{ alpha: 0 }, /alpha/],
    [{ steepness: Number.NaN }, /steepness/],
    [{ form: 'eq2' }, /form to be one of equation, algorithm/],
    [{ over: 'mean' }, /over/],
    [{ gate: 'open' }, /gate/],
  ])('refuses %o', (options, message) => {
    expect(() => apply([1], options as HardMiningOptions)).toThrow(message);
  });
});

describe('hardMining', () => {
  it("changes a head's losses and gradients, not its logits or parameters", () => {
    const head = arcFace({ scale: 4 });
    const inputs = {
      embeddings: [
        [1, 2],
        [-2, 0.5],
      ],
      weight: [
        [0.3, 1],
        [2, 0.4],
        [-1, 0.2],
      ],
      labels: [1, 2],
    };
    const [plain, hard] = [evaluate(head, inputs), evaluate(hardMining(head, { gate: 'stopped' }), inputs)];
    expect(hard.logits).toEqual(plain.logits);
    expectClose(
      hard.losses,
      plain.losses.map((x) => x * gateOf(x)),
      1e-5,
    );
    const weighted = evaluate(head, { ...inputs, upstream: plain.losses.map(gateOf) });
    expectClose(hard.gradients.weight!, weighted.gradients.weight!, 1e-4);
    expect(hardMining(head).config).toMatchObject({
      ...{ name: 'hard-mining', form: 'equation', over: 'sample' },
      of: { name: 'arcface', scale: 4 },
    });
  });
});
