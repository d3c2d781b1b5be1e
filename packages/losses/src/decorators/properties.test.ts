import { flattenParams, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marginCrossEntropy } from '../core/margin-cross-entropy.ts';
import { classHeads } from '../head-catalog.ts';
import { headByName } from '../head-shorthand.ts';
import { centralDifferences, expectClose } from '../testing/evaluate.ts';
import { focalLoss } from './focal-loss.ts';
import { hardMining } from './hard-mining.ts';
import { hardMiningLoss } from './hard-mining-loss.ts';
import { hardestLosses } from './hardest-losses.ts';

const names = Object.keys(classHeads);
const [size, classes] = [4, 5];
const component = fc.float({ min: -5000, max: 5000, noNaN: true });
const row = fc.array(component, { minLength: size, maxLength: size });
const batchOf = <T>(item: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(item, fc.integer({ min: 0, max: classes - 1 })), { minLength: 2, maxLength: 6 });

/** Losses and the embeddings' gradient for a head's fresh parameters, these made larger than at the start of training. */
function run(name: string, batch: [number[], number][]) {
  return tf.tidy(() => {
    const head = headByName(name);
    const size4 = { classes, embeddingSize: size };
    const { weight, ...others } = flattenParams(head.init(Rng.of(5), size4));
    const params = { ...others, weight: tf.mul(weight!, 100) };
    const labels = tf.tensor1d(
      batch.map(([, label]) => label),
      'int32',
    );
    const statistics = head.initStatistics?.(Rng.of(5), size4);
    const losses = (x: tf.Tensor) => head.losses(params, x as tf.Tensor2D, labels, 0, statistics).losses;
    const embeddings = tf.tensor2d(batch.map(([x]) => x));
    const gradient = tf.grad((x) => tf.sum(losses(x)))(embeddings);
    return { losses: [...losses(embeddings).dataSync()], gradient: gradient.arraySync() as number[][] };
  });
}

describe.each(names)('%s', (name) => {
  it('has no NaN for any finite embedding up to a length of 1e4', () => {
    fc.assert(
      fc.property(batchOf(row), (batch) => {
        const { losses, gradient } = run(name, batch);
        expect([...losses, ...gradient.flat()].every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('follows a permutation of the batch', () => {
    const normal = fc.array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: size, maxLength: size });
    fc.assert(
      fc.property(batchOf(normal), fc.integer({ min: 1, max: 5 }), (batch, shift) => {
        const turned = batch.map((_, i) => batch[(i + shift) % batch.length]!);
        const [plain, permuted] = [run(name, batch), run(name, turned)];
        const turn = <T>(values: T[]) => values.map((_, i) => values[(i + shift) % values.length]!);
        expectClose(permuted.losses, turn(plain.losses), 1e-5);
        expectClose(permuted.gradient.flat(), turn(plain.gradient).flat(), 1e-3);
      }),
      { numRuns: 20 },
    );
  });

  it('with hard mining is its loss times the gate', () => {
    const batch: [number[], number][] = [
      [[1, 2, -1, 0.5], 0],
      [[-0.3, 0.2, 0.9, 2], 3],
    ];
    const { losses } = run(name, batch);
    const gate = (loss: number) => 1.5 / (1 + Math.exp(-35 * (1.1 * loss - 0.75)));
    expectClose(
      run(`hm-${name}`, batch).losses,
      losses.map((loss) => loss * gate(loss)),
      1e-4,
    );
  });
});

const lossValues = fc.array(fc.float({ min: 0, max: 50, noNaN: true }), { minLength: 2, maxLength: 8 });

describe('softmax cross-entropy', () => {
  it('does not change when all logits of a sample are shifted', () => {
    const logits = fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(logits, fc.integer({ min: -500, max: 500 }), (values, shift) => {
        const losses = tf.tidy(() =>
          [0, shift].map((by) =>
            marginCrossEntropy(
              tf.tensor2d([values.map((value) => Math.fround(value) + by)]),
              tf.tensor1d([1], 'int32'),
            ).dataSync(),
          ),
        );
        expect(losses[1]![0]).toBeCloseTo(losses[0]![0]!, 3);
      }),
    );
  });
});

describe('hard mining', () => {
  it('does not change the order of losses', () => {
    fc.assert(
      fc.property(lossValues, (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        const mined = tf.tidy(() => [...hardMiningLoss(tf.tensor1d(sorted)).dataSync()]);
        for (let i = 1; i < mined.length; i++) expect(mined[i]).toBeGreaterThanOrEqual(mined[i - 1]!);
      }),
    );
  });

  it('over a batch that is all easy leaves almost nothing, over one that is all hard 1.5 times the loss', () => {
    const [easy, hard] = tf.tidy(() =>
      [tf.fill([4], 0.2), tf.fill([4], 5)].map((losses) => [
        ...hardMiningLoss(losses as tf.Tensor1D).dataSync(),
      ]),
    );
    for (const loss of easy!) expect(loss).toBeLessThan(1e-8);
    expectClose(hard!, Array(4).fill(7.5), 1e-6);
  });

  it('keeps a head’s parameters and statistics', () => {
    const head = hardMining(headByName('adaface'));
    expect(head.of?.config.name).toBe('adaface');
    expect(head.initStatistics).toBeDefined();
    expect(hardMining(headByName('ce')).initStatistics).toBeUndefined();
  });
});

describe('focalLoss', () => {
  const focal = (gamma: number) => (loss: number) => (1 - Math.exp(-loss)) ** gamma * loss;

  it.each([0, 0.5, 1, 2, 5])('with γ = %d is (1 − p)^γ·L, with its gradient', (gamma) => {
    const values = [0, 1e-6, 0.01, 0.3, 0.7, 2, 40].map(Math.fround);
    tf.tidy(() => {
      const losses = tf.tensor1d(values);
      expectClose([...focalLoss(losses, { gamma }).dataSync()], values.map(focal(gamma)), 1e-5);
      const gradient = [
        ...tf
          .grad((x) => tf.sum(focalLoss(x as tf.Tensor1D, { gamma })))(losses)
          .dataSync(),
      ];
      const total = (x: number[]) => x.map(focal(gamma)).reduce((a, b) => a + b);
      expectClose(gradient.slice(2), centralDifferences(total, values, 1e-6).slice(2), 1e-4);
      expect(gradient[0]).toBe(gamma === 0 ? 1 : 0);
    });
  });

  it('keeps the digits of a small loss', () => {
    const [value] = tf.tidy(() => focalLoss(tf.tensor1d([1e-4]), { gamma: 1 }).dataSync());
    expect(Math.abs(value! / (1e-4 * -Math.expm1(-1e-4)) - 1)).toBeLessThan(1e-5);
  });
});

describe('hardestLosses', () => {
  it('keeps the largest, of equal ones the earlier, and their mean', () => {
    fc.assert(
      fc.property(lossValues, fc.double({ min: 0.05, max: 1, noNaN: true }), (values, keep) => {
        const kept = tf.tidy(() => [...hardestLosses(tf.tensor1d(values), { keep }).dataSync()]);
        const count = Math.max(1, Math.round(values.length * keep));
        const order = values.map((_, i) => i).toSorted((a, b) => values[b]! - values[a]! || a - b);
        const factor = values.length / count;
        const expected = values.map((value, i) => (order.indexOf(i) < count ? value * factor : 0));
        expectClose(kept, expected, 1e-5);
      }),
    );
  });

  it('has a gradient for what it keeps alone', () => {
    const gradient = tf.tidy(() => [
      ...tf
        .grad((x) => tf.sum(hardestLosses(x as tf.Tensor1D, { keep: 0.5 })))(tf.tensor1d([0.1, 2, 0.7, 2]))
        .dataSync(),
    ]);
    expect(gradient).toEqual([0, 2, 0, 2]);
  });

  it('refuses to keep nothing', () => {
    expect(() => hardestLosses(tf.tensor1d([1]), { keep: 0 })).toThrow(/keep to be a number > 0 and <= 1/);
    expect(() => focalLoss(tf.tensor1d([1]), { gamma: -1 })).toThrow(/gamma to be a number >= 0/);
  });
});
