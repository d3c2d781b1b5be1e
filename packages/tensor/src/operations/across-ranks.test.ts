import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClose, expectNoLeak, normals } from '../testing.ts';
import {
  ALL_REDUCE,
  acrossRanks,
  allReduce,
  currentRanks,
  meanOverRanks,
  type Ranks,
} from './across-ranks.ts';
import { batchNormTrain, type Features } from './batch-norm.ts';

/** Twins: of two ranks that do the same, each knows without asking that the sum is twice its own. */
beforeAll(() => {
  tf.registerKernel({
    kernelName: ALL_REDUCE,
    backendName: 'cpu',
    kernelFunc: ({ inputs }) => tf.mul(inputs.x as tf.Tensor, 2),
  });
});
afterAll(() => tf.unregisterKernel(ALL_REDUCE, 'cpu'));

const twins = (batchNorm: Ranks['batchNorm']): Ranks => ({ count: 2, batchNorm });

describe('allReduce', () => {
  it('sums over ranks, and so does its gradient', () => {
    acrossRanks(twins('local'), () => {
      const x = tf.tensor1d([1, -3]);
      expectClose([...allReduce(x).dataSync()], [2, -6], 1e-6);
      expectClose([...meanOverRanks(x).dataSync()], [1, -3], 1e-6);
      const grad = tf.grad((value) => tf.sum(tf.mul(allReduce(value), tf.tensor1d([1, 10]))));
      expectClose([...grad(x).dataSync()], [2, 20], 1e-6);
    });
  });

  it('is its operand in a process that computes alone, and with one rank', () => {
    for (const ranks of [undefined, { count: 1, batchNorm: 'synchronized' as const }])
      acrossRanks(ranks, () => {
        const x = tf.tensor1d([1, -3]);
        expect([...allReduce(x).dataSync()]).toEqual([1, -3]);
        expect([...meanOverRanks(x).dataSync()]).toEqual([1, -3]);
      });
  });

  it('reaches over ranks only within acrossRanks, however that ends', () => {
    expect(() =>
      acrossRanks(twins('local'), () => {
        acrossRanks(undefined, () => expect(currentRanks()).toBeUndefined());
        expect(currentRanks()).toEqual(twins('local'));
        throw new RangeError('over');
      }),
    ).toThrow(RangeError);
    expect(currentRanks()).toBeUndefined();
  });

  it('leaves no tensor behind', () => {
    const x = tf.scalar(1);
    expectNoLeak(() => acrossRanks(twins('local'), () => [allReduce(x), meanOverRanks(x)]));
    x.dispose();
  });
});

describe('batch normalisation of two ranks with equal images', () => {
  const [gamma, beta] = [tf.tensor1d([1.5, -0.5]), tf.tensor1d([0.1, 2])];
  const own = tf.tensor4d(normals(24, 'ranks'), [3, 2, 2, 2]);
  const weights = tf.tensor4d(normals(24, 'weights of ranks'), [3, 2, 2, 2]);
  const double = (x: tf.Tensor4D) => tf.concat([x, x]);

  /** Of `sum(weights · output)`, as gradients of x, gamma and beta. */
  const gradients = (x: tf.Tensor4D, w: tf.Tensor4D) =>
    tf
      .grads((...values: tf.Tensor[]) => {
        const [features, scale, offset] = values as [Features, tf.Tensor1D, tf.Tensor1D];
        return tf.sum(tf.mul(batchNormTrain(features, scale, offset).output as tf.Tensor, w));
      })([x, gamma, beta])
      .map((gradient) => [...gradient.dataSync()]);

  it('synchronised, is that of the double batch: statistics, count and gradients', () => {
    const whole = batchNormTrain(double(own), gamma, beta);
    const [wholeX, wholeGamma, wholeBeta] = gradients(double(own), double(weights)) as [
      number[],
      number[],
      number[],
    ];
    acrossRanks(twins('synchronized'), () => {
      const part = batchNormTrain(own, gamma, beta);
      expect(part.count).toBe(24);
      expect(whole.count).toBe(24);
      expectClose([...part.variance.dataSync()], [...whole.variance.dataSync()], 1e-5);
      expectClose([...part.output.dataSync()], [...whole.output.dataSync()].slice(0, 24), 1e-5);
      const [x, gammas, betas] = gradients(own, weights) as [number[], number[], number[]];
      expectClose(x, wholeX.slice(0, 24), 1e-5);
      // A rank's own part; the sum over both is that of the double batch.
      expectClose(
        gammas.map((value) => 2 * value),
        wholeGamma,
        1e-5,
      );
      expectClose(
        betas.map((value) => 2 * value),
        wholeBeta,
        1e-5,
      );
    });
  });

  it('local, counts and normalises its own images alone', () => {
    const alone = batchNormTrain(own, gamma, beta);
    acrossRanks(twins('local'), () => {
      const part = batchNormTrain(own, gamma, beta);
      expect(part.count).toBe(12);
      expect([...part.output.dataSync()]).toEqual([...alone.output.dataSync()]);
    });
  });
});
