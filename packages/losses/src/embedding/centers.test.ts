import { InvalidArgumentError, type Params, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { hardMining } from '../decorators/hard-mining.ts';
import type { Head } from '../head.ts';
import { softmax } from '../heads/softmax.ts';
import { centralDifferences, expectClose } from '../testing/evaluate.ts';
import { centerLoss } from './center-loss.ts';
import { minimumMargin } from './minimum-margin.ts';
import { randomRows } from './testing-embedding-losses.ts';

const rng = Rng.of('centers');
const [size, classes] = [3, 4];
const batch = {
  embeddings: randomRows(rng, 6, size),
  labels: [2, 0, 2, 3, 2, 0],
  weight: randomRows(rng, classes, size),
  centers: randomRows(rng, classes, size),
};

/** Losses, gradient of their sum with respect to the embeddings, and the next centers. */
const evaluate = (head: Head, { embeddings, labels, weight, centers } = batch) =>
  tf.tidy(() => {
    const ids = tf.tensor1d(labels, 'int32');
    const statistics: Params = { centers: tf.tensor2d(centers) };
    const run = (x: tf.Tensor) =>
      head.losses({ weight: tf.tensor2d(weight) }, x as tf.Tensor2D, ids, 0, statistics);
    const result = run(tf.tensor2d(embeddings));
    const gradient = tf.grad((x) => tf.sum(run(x).losses))(tf.tensor2d(embeddings));
    return {
      losses: [...result.losses.dataSync()],
      gradient: gradient.arraySync() as number[][],
      centers: (result.statistics!.centers as tf.Tensor2D).arraySync(),
    };
  });

const unit = (x: number[]) => x.map((value) => value / Math.hypot(...x));
const squared = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
const noBias = () => softmax({ bias: false });
const zeroWeights = { ...batch, weight: batch.weight.map((row) => row.map(() => 0)) };

const movedCenters = (embeddings: number[][], labels: number[], centers: number[][], rate: number) =>
  centers.map((center, j) => {
    const own = embeddings.filter((_, i) => labels[i] === j);
    return center.map(
      (value, d) => value - (rate * own.reduce((sum, x) => sum + value - x[d]!, 0)) / (1 + own.length),
    );
  });

describe('centerLoss', () => {
  it('adds λ/2 times the squared distance to the center before the step, and pulls towards it', () => {
    const { embeddings, labels, centers } = batch;
    const plain = Math.log(classes);
    const { losses, gradient } = evaluate(centerLoss(noBias(), { weight: 0.4 }), zeroWeights);
    const expected = embeddings.map((x, i) => plain + 0.2 * squared(x, centers[labels[i]!]!));
    expectClose(losses, expected, 1e-6);
    const pull = embeddings.map((x, i) => x.map((value, d) => 0.4 * (value - centers[labels[i]!]![d]!)));
    expectClose(gradient.flat(), pull.flat(), 1e-5);
  });

  it('moves centers by the rule, and leaves those of absent classes', () => {
    const { centers } = evaluate(centerLoss(noBias(), { rate: 0.7 }));
    const expected = movedCenters(batch.embeddings, batch.labels, batch.centers, 0.7);
    expectClose(centers.flat(), expected.flat(), 1e-6);
    expect(centers[1]).toEqual(batch.centers[1]);
  });

  it('on unit vectors has centers of unit vectors', () => {
    const { centers } = evaluate(centerLoss(noBias(), { normalize: true }));
    const expected = movedCenters(batch.embeddings.map(unit), batch.labels, batch.centers, 0.5);
    expectClose(centers.flat(), expected.flat(), 1e-5);
  });

  it('brings centers to the mean of their class', () => {
    let { centers } = batch;
    for (let i = 0; i < 60; i++) ({ centers } = evaluate(centerLoss(noBias()), { ...batch, centers }));
    const own = batch.embeddings.filter((_, i) => batch.labels[i] === 2);
    const mean = own[0]!.map((_, d) => own.reduce((sum, x) => sum + x[d]! / own.length, 0));
    expectClose(centers[2]!, mean, 1e-4);
  });

  it('starts from centers drawn from the generator alone', () => {
    const head = centerLoss(noBias());
    const [a, b] = [1, 1].map((seed) =>
      head.initStatistics!(Rng.of(seed), { classes: 7, embeddingSize: 12 }),
    );
    const centers = a!.centers as tf.Tensor;
    expect(centers.shape).toEqual([7, 12]);
    expect(centers.dataSync()).toEqual((b!.centers as tf.Tensor).dataSync());
    expect(Math.max(...centers.dataSync())).toBeLessThan(0.5);
    tf.dispose([a, b]);
  });

  it('keeps the statistics that the head has', () => {
    const counting: Head = {
      ...noBias(),
      initStatistics: () => ({ steps: tf.scalar(0) }),
      losses: (params, embeddings, labels, step, statistics) => ({
        ...noBias().losses(params, embeddings, labels, step),
        statistics: { steps: tf.add(statistics!.steps as tf.Tensor, 1) },
      }),
    };
    tf.tidy(() => {
      const head = hardMining(centerLoss(counting));
      const statistics = head.initStatistics!(rng, { classes, embeddingSize: size });
      const [weight, x] = [tf.tensor2d(batch.weight), tf.tensor2d(batch.embeddings)];
      const result = head.losses({ weight }, x, tf.tensor1d(batch.labels, 'int32'), 0, statistics);
      expect(Object.keys(result.statistics!).sort()).toEqual(['centers', 'steps']);
      expect((result.statistics!.steps as tf.Tensor).dataSync()).toEqual(Float32Array.of(1));
    });
  });

  it.each([
    ['no statistics', undefined],
    ['centers of another size', { centers: [[1, 2]] }],
  ])('refuses %s', (_name, given) => {
    const run = () =>
      tf.tidy(() => {
        const x = tf.tensor2d(batch.embeddings);
        const statistics = given && { centers: tf.tensor2d(given.centers) };
        const labels = tf.tensor1d(batch.labels, 'int32');
        return centerLoss(noBias()).losses({ weight: tf.tensor2d(batch.weight) }, x, labels, 0, statistics);
      });
    expect(run).toThrow(/statistics.centers \[C, 3\]/);
    expect(run).toThrow(InvalidArgumentError);
  });
});

describe('minimumMargin', () => {
  const options = { margin: 3, weight: 0.6, centerWeight: 0, rate: 0.8 };

  /** The margin term's share of each sample, from loops over pairs of classes. */
  const shares = (embeddings: number[][], labels: number[]): number[] => {
    const centers = movedCenters(embeddings.map(unit), labels, batch.centers, 0.8);
    const present = [...new Set(labels)];
    const pairs = Math.max(1, present.length * (present.length - 1));
    return labels.map((label) => {
      const terms = present
        .filter((other) => other !== label)
        .map((other) => Math.max(0, 3 - squared(centers[label]!, centers[other]!)));
      const samples = labels.filter((other) => other === label).length;
      return (0.6 * labels.length * terms.reduce((sum, x) => sum + x, 0)) / samples / pairs;
    });
  };

  it('adds what the centers of the batch lack to the margin, with its gradient through their move', () => {
    const { losses, gradient } = evaluate(minimumMargin(noBias(), options), zeroWeights);
    const added = losses.map((loss) => loss - Math.log(classes));
    expectClose(added, shares(batch.embeddings, batch.labels), 1e-5);
    expect(Math.max(...added)).toBeGreaterThan(0.1);
    const total = (flat: number[]) =>
      shares(
        batch.embeddings.map((_, i) => flat.slice(size * i, size * (i + 1))),
        batch.labels,
      ).reduce((sum, x) => sum + x, 0);
    expectClose(gradient.flat(), centralDifferences(total, batch.embeddings.flat(), 1e-6), 1e-4);
  });

  it('parts centers that are too close and leaves those that are not', () => {
    const close = { ...zeroWeights, labels: [0, 1, 0, 1, 0, 1], centers: Array(4).fill([0.1, 0, 0]) };
    const { gradient } = evaluate(minimumMargin(noBias(), options), close);
    const stepped = close.embeddings.map((x, i) => x.map((value, d) => value - 0.01 * gradient[i]![d]!));
    const gap = (embeddings: number[][]) => {
      const [a, b] = movedCenters(embeddings.map(unit), close.labels, close.centers, 0.8);
      return squared(a!, b!);
    };
    expect(gap(stepped)).toBeGreaterThan(gap(close.embeddings));
    const apart = minimumMargin(noBias(), { ...options, margin: 1e-3 });
    expect(
      evaluate(apart, zeroWeights)
        .gradient.flat()
        .every((x) => x === 0),
    ).toBe(true);
  });

  it('with one class in the batch, or one sample, adds nothing', () => {
    for (const labels of [[1, 1, 1], [1]]) {
      const embeddings = batch.embeddings.slice(0, labels.length);
      const { losses, gradient } = evaluate(minimumMargin(noBias(), options), {
        ...zeroWeights,
        embeddings,
        labels,
      });
      expectClose(
        losses,
        labels.map(() => Math.log(classes)),
        1e-6,
      );
      expect(gradient.flat().every((x) => x === 0)).toBe(true);
    }
  });
});

describe.each([centerLoss(noBias()), minimumMargin(noBias())])('$name', (head) => {
  it('leaves no tensor behind', () => {
    const params = head.init(rng, { classes, embeddingSize: size });
    const statistics = head.initStatistics!(rng, { classes, embeddingSize: size });
    const [x, labels] = [tf.tensor2d(batch.embeddings), tf.tensor1d(batch.labels, 'int32')];
    const before = tf.memory().numTensors;
    const { losses, logits, statistics: next } = head.losses(params, x, labels, 0, statistics);
    expect(tf.memory().numTensors).toBe(before + 3);
    tf.dispose([losses, logits!, next!]);
    tf.grad((e) => tf.sum(head.losses(params, e as tf.Tensor2D, labels, 0, statistics).losses))(x).dispose();
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([params, statistics, x, labels]);
  });

  it('is finite at zero embeddings', () => {
    const { losses, gradient } = evaluate(head, {
      ...batch,
      embeddings: batch.embeddings.map(() => [0, 0, 0]),
    });
    expect([...losses, ...gradient.flat()].every(Number.isFinite)).toBe(true);
  });
});

it.each([
  [() => centerLoss(noBias(), { weight: -1 }), /weight/],
  [() => centerLoss(noBias(), { rate: 1.5 }), /rate to be a number >= 0 and <= 1/],
  [() => minimumMargin(noBias(), { margin: 0 }), /margin/],
  [() => minimumMargin(noBias(), { weight: Number.NaN }), /weight/],
  [() => minimumMargin(noBias(), { rate: 2 }), /rate/],
])('refuses options out of range: %s', (make, message) => {
  expect(make).toThrow(message);
});
