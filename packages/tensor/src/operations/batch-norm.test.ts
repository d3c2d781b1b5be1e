import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../errors.ts';
import { centralDifferences, expectClose, expectNoLeak, gradientsOf, normals } from '../testing.ts';
import { batchNormInference, batchNormTrain, type Features } from './batch-norm.ts';

const epsilon = 1e-3;
const [gamma, beta] = [
  [1.5, -0.5],
  [0.1, 2],
];
const x = normals(24, 'batch norm').map((value, i) => (i % 2 === 0 ? value : 3 * value + 1));
const weights = normals(24, 'batch norm weights');

function statistics(x: number[]) {
  const channels = [0, 1].map((c) => x.filter((_, i) => i % 2 === c));
  const mean = channels.map((values) => values.reduce((sum, v) => sum + v, 0) / values.length);
  const variance = channels.map(
    (values, c) => values.reduce((sum, v) => sum + (v - mean[c]!) ** 2, 0) / values.length,
  );
  return { mean, variance };
}

function reference(x: number[], gamma: number[], beta: number[]): number[] {
  const { mean, variance } = statistics(x);
  return x.map((v, i) => {
    const c = i % 2;
    return (gamma[c]! * (v - mean[c]!)) / Math.sqrt(variance[c]! + epsilon) + beta[c]!;
  });
}

const train = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
  batchNormTrain(x as Features, gamma as tf.Tensor1D, beta as tf.Tensor1D, epsilon);

describe.each([[[3, 2, 2, 2]], [[12, 2]]])('batchNormTrain of %j', (shape) => {
  it("normalises with the batch's statistics, and returns them", () => {
    tf.tidy(() => {
      const { output, mean, variance } = train(tf.tensor(x, shape), tf.tensor1d(gamma), tf.tensor1d(beta));
      expect(output.shape).toEqual(shape);
      expectClose(output.dataSync(), reference(x, gamma, beta), 1e-4);
      expectClose(mean.dataSync(), statistics(x).mean, 1e-5);
      expectClose(variance.dataSync(), statistics(x).variance, 1e-5);
    });
  });

  it('has the three gradients that central differences give', () => {
    const inputs = [
      { values: x, shape },
      { values: gamma, shape: [2] },
      { values: beta, shape: [2] },
    ];
    const [byX, byGamma, byBeta] = gradientsOf((a, g, b) => train(a!, g!, b!).output, inputs, weights);
    expectClose(
      byX!,
      centralDifferences((v) => reference(v, gamma, beta), x, weights),
      1e-4,
    );
    expectClose(
      byGamma!,
      centralDifferences((v) => reference(x, v, beta), gamma, weights),
      1e-4,
    );
    expectClose(
      byBeta!,
      centralDifferences((v) => reference(x, gamma, v), beta, weights),
      1e-4,
    );
  });

  it('keeps what its gradient needs when it is called inside a tidy', () => {
    const [offset, scale] = [tf.tensor1d(beta), tf.tensor1d(gamma)];
    const inTidy = (a: tf.Tensor) => tf.sum(tf.tidy(() => tf.square(train(a, scale, offset).output)));
    const gradient = tf.grad(inTidy)(tf.tensor(x, shape));
    expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
    tf.dispose([offset, scale, gradient]);
  });

  it('leaves no tensor behind', () => {
    const tensors = [tf.tensor(x, shape), tf.tensor1d(gamma), tf.tensor1d(beta)];
    expectNoLeak(() => {
      const { output, mean, variance } = train(tensors[0]!, tensors[1]!, tensors[2]!);
      return [output, mean, variance];
    });
    expectNoLeak(() => tf.grads((a, g, b) => tf.sum(train(a!, g!, b!).output))(tensors));
    tf.dispose(tensors);
  });
});

describe('batchNormTrain', () => {
  it('lets no gradient flow through mean and variance', () => {
    const through = (a: tf.Tensor) => {
      const { mean, variance } = train(a, tf.tensor1d(gamma), tf.tensor1d(beta));
      return tf.addN([tf.sum(mean), tf.sum(variance), tf.sum(tf.mul(a, 3))]);
    };
    const gradient = tf.tidy(() => [
      ...tf
        .grad(through)(tf.tensor(x, [12, 2]))
        .dataSync(),
    ]);
    expect(gradient).toEqual(Array(24).fill(3));
  });

  it('has a variance of 0, not below, and a finite gradient for constant channels', () => {
    const values = Array<number>(8).fill(1000.1);
    tf.tidy(() => {
      const { variance } = train(tf.tensor(values, [4, 2]), tf.tensor1d(gamma), tf.tensor1d(beta));
      expect(Math.min(...variance.dataSync())).toBeGreaterThanOrEqual(0);
    });
    const inputs = [{ values, shape: [4, 2] }];
    const [gradient] = gradientsOf(
      (a) => train(a!, tf.tensor1d(gamma), tf.tensor1d(beta)).output,
      inputs,
      values.map(() => 1),
    );
    expect(gradient!.every(Number.isFinite)).toBe(true);
  });

  it('refuses other ranks', () => {
    expect(() => train(tf.zeros([2, 2, 2]), tf.zeros([2]), tf.zeros([2]))).toThrow(InvalidArgumentError);
  });
});

it('batchNormInference uses the statistics that it is given', () => {
  tf.tidy(() => {
    const { mean, variance } = statistics(x);
    const [m, v] = [tf.tensor1d(mean), tf.tensor1d(variance)];
    for (const shape of [
      [3, 2, 2, 2],
      [12, 2],
    ] as [number, number][]) {
      const features = tf.tensor(x, shape) as tf.Tensor as Features;
      const output = batchNormInference(features, tf.tensor1d(gamma), tf.tensor1d(beta), m, v, epsilon);
      expect(output.shape).toEqual(shape);
      expectClose(output.dataSync(), reference(x, gamma, beta), 1e-4);
    }
  });
});
