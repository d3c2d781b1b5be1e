import { Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptiveHardSamples } from '../decorators/adaptive-hard-samples.ts';
import { hardMining } from '../decorators/hard-mining.ts';
import type { Head } from '../head.ts';
import { headShorthand } from '../head-shorthand.ts';
import { cosFace } from '../heads/cos-face.ts';
import { softmax } from '../heads/softmax.ts';
import { evaluate, expectClose } from '../testing/evaluate.ts';
import { centerLoss } from './center-loss.ts';
import { contrastive } from './contrastive.ts';
import { embeddingHead } from './embedding-loss.ts';
import { joint } from './joint.ts';
import { minimumMargin } from './minimum-margin.ts';
import { evaluateEmbeddingLoss, exampleBatch, randomRows } from './testing-embedding-losses.ts';
import { triplet } from './triplet.ts';

const rng = Rng.of('compositions');
const inputs = { ...exampleBatch, weight: randomRows(rng, 8, 5) };

/** A head that gives the losses it is told. */
const losing = (losses: number[]): Head => ({
  config: { name: 'losing' },
  init: () => ({}),
  losses: (_params, embeddings) => ({
    losses: tf.mul(tf.sum(embeddings, 1), tf.tensor1d(losses)) as tf.Tensor1D,
  }),
});

const adapt = (losses: number[], deviations?: number) =>
  tf.tidy(() => {
    const head = adaptiveHardSamples(losing(losses), deviations === undefined ? {} : { deviations });
    const [ones, labels] = [
      tf.ones<tf.Rank.R2>([losses.length, 1]),
      tf.zeros<tf.Rank.R1>([losses.length], 'int32'),
    ];
    const run = (x: tf.Tensor) => head.losses({}, x as tf.Tensor2D, labels, 0).losses;
    return {
      losses: [...run(ones).dataSync()],
      gradient: [
        ...tf
          .grad((x) => tf.sum(run(x)))(ones)
          .dataSync(),
      ],
    };
  });

describe('embeddingHead', () => {
  it('has no parameters and no logits, and passes the losses on', () => {
    const head = embeddingHead(triplet({ margin: 0.4 }));
    expect(head.init(rng, { classes: 3, embeddingSize: 5 })).toEqual({});
    expect(head.config).toEqual({ name: 'triplet', margin: 0.4, mining: 'semi-hard' });
    tf.tidy(() => {
      const result = head.losses({}, tf.tensor2d(inputs.embeddings), tf.tensor1d(inputs.labels, 'int32'), 0);
      expect(Object.keys(result)).toEqual(['losses']);
      const { losses } = evaluateEmbeddingLoss(triplet({ margin: 0.4 }), inputs.embeddings, inputs.labels);
      expect([...result.losses.dataSync()]).toEqual(losses);
    });
  });
});

describe('joint', () => {
  const additions = [
    { loss: triplet(), weight: 2 },
    { loss: contrastive(), weight: 0.05 },
  ];

  it('adds the weighted losses to the head’s, with their gradients, and keeps its logits', () => {
    const head = joint(cosFace({ scale: 8 }), additions);
    const [plain, both] = [evaluate(cosFace({ scale: 8 }), inputs), evaluate(head, inputs)];
    const parts = additions.map(({ loss }) => evaluateEmbeddingLoss(loss, inputs.embeddings, inputs.labels));
    const expected = (own: number[], [a, b]: number[][]) => own.map((x, i) => x + 2 * a![i]! + 0.05 * b![i]!);
    expectClose(
      both.losses,
      expected(
        plain.losses,
        parts.map(({ losses }) => losses),
      ),
      1e-6,
    );
    const gradients = parts.map(({ gradient }) => gradient);
    expectClose(both.gradients.embeddings!, expected(plain.gradients.embeddings!, gradients), 1e-5);
    expect(both.gradients.weight).toEqual(plain.gradients.weight);
    expect(both.logits).toEqual(plain.logits);
  });

  it('is configured as one addition in the other', () => {
    const { config } = hardMining(joint(cosFace({ scale: 8 }), additions));
    expect(headShorthand(config)).toBe('hm-(cosface+triplet+contrastive)');
    expect(config.of).toMatchObject({
      ...{ name: 'joint', weight: 0.05, add: { name: 'contrastive' } },
      of: {
        ...{ name: 'joint', weight: 2, add: { name: 'triplet', margin: 0.2 } },
        of: { name: 'cosface', scale: 8 },
      },
    });
  });

  it('refuses a negative weight', () => {
    expect(() => joint(softmax(), [{ loss: triplet(), weight: -1 }])).toThrow(/weight to be a number >= 0/);
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    evaluate(joint(softmax({ bias: false }), additions), inputs);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('adaptiveHardSamples', () => {
  it('keeps the samples above the mean hard level, and the mean over them', () => {
    // Levels 0.1, 0.5, 0.8 and 0.9, mean 0.575.
    const losses = [0.9, 0.5, 0.2, 0.1].map((probability) => -Math.log(probability));
    const kept = [0, 0, 2 * losses[2]!, 2 * losses[3]!];
    expectClose(adapt(losses).losses, kept, 1e-6);
    expectClose(adapt(losses).gradient, kept, 1e-6);
    // Deviation 0.31: the threshold is 0.14 lower, then 0.88.
    expectClose(adapt(losses, -0.4).losses, [0, ...losses.slice(1).map((x) => (4 * x) / 3)], 1e-6);
    expectClose(adapt(losses, 1).losses, [0, 0, 0, 4 * losses[3]!], 1e-6);
  });

  it('keeps the hardest where no sample is above the threshold, and all where all are equal', () => {
    expectClose(adapt([0.1, 0.2, 3], 50).losses, [0, 0, 9], 1e-6);
    for (const loss of [0, 0.3, 1e4]) expectClose(adapt([loss, loss, loss]).losses, [loss, loss, loss], 1e-6);
    expectClose(adapt([2.5]).losses, [2.5], 1e-6);
  });

  it('keeps the hardest, and with any sample all that are harder', () => {
    const losses = fc.array(fc.float({ min: Math.fround(0.01), max: 15, noNaN: true }), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(losses, fc.double({ min: -3, max: 3, noNaN: true }), (values, deviations) => {
        const result = adapt(values, deviations).losses;
        const kept = values.filter((_, i) => result[i] !== 0);
        expect(kept).toEqual(values.filter((x) => x >= Math.min(...kept)));
        expect(kept.length).toBeGreaterThan(0);
      }),
    );
  });

  it('wraps a head, and names itself and its option', () => {
    const head = adaptiveHardSamples(cosFace(), { deviations: 1 });
    expect(head.config).toEqual({
      name: 'adaptive-hard-samples',
      deviations: 1,
      of: cosFace().config,
    });
    expect(evaluate(head, inputs).logits).toEqual(evaluate(cosFace(), inputs).logits);
    expect(() => adaptiveHardSamples(cosFace(), { deviations: Number.NaN })).toThrow(/deviations/);
  });
});

describe('a head that is an instance of a class', () => {
  class Losing implements Head {
    readonly config = { name: 'losing' };
    readonly #scale = 2;
    init() {
      return { weight: tf.fill([1], this.#scale) };
    }
    initStatistics() {
      return { mean: tf.fill([1], this.#scale) };
    }
    losses(_: unknown, embeddings: tf.Tensor2D) {
      return { losses: tf.mul(tf.sum(embeddings, 1), this.#scale) as tf.Tensor1D };
    }
  }

  it.each<[string, (head: Head) => Head]>([
    ['hardMining', (head) => hardMining(head)],
    ['joint', (head) => joint(head, [{ loss: triplet() }])],
    ['centerLoss', (head) => centerLoss(head)],
    ['minimumMargin', (head) => minimumMargin(head)],
  ])('keeps its methods inside of %s', (_, wrap) => {
    const head = wrap(new Losing());
    const size = { classes: 3, embeddingSize: 2 };
    expect((head.init(rng, size).weight as tf.Tensor).arraySync()).toEqual([2]);
    const statistics = head.initStatistics!(rng, size);
    expect((statistics.mean as tf.Tensor).arraySync()).toEqual([2]);
    const result = head.losses({}, tf.zeros([2, 2]), tf.tensor1d([0, 1], 'int32'), 0, statistics);
    expect(result.losses.shape).toEqual([2]);
  });
});
