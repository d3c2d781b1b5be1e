import { hardMining, hardMiningLoss, hardMiningOf, headByName, softmax } from '@hm/losses';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { loadRun } from '../run-folder/load-run.ts';
import { eventsOf, ofKind, temporaryFolder, tinyOptions, tinyRecipe } from '../testing/tiny-run.ts';
import { addBatch, noHardness } from './hardness.ts';

const losses = Float32Array.of(0, 0.05, 0.68, 0.69, 2, 30);

test('counts samples by probability, and those whose gate is less than half open', () => {
  // The gate is half open at 0.75 / 1.1 = 0.6818.
  const sums = addBatch(noHardness(), { losses }, hardMiningOf(hardMining(softmax()))?.config);
  const gates = [...losses].map((loss) => 1.5 / (1 + Math.exp(-35 * (1.1 * loss - 0.75))));
  expect(sums).toMatchObject({ samples: 6, easy: 3 });
  expect(sums.gate).toBeCloseTo(
    gates.reduce((a, b) => a + b),
    10,
  );
  const bins = [...losses].map((loss) => Math.min(19, Math.floor(Math.exp(-loss) / 0.05)));
  expect(sums.histogram).toEqual(
    Array.from({ length: 20 }, (_, bin) => bins.filter((each) => each === bin).length),
  );
});

test('over the batch, its mean opens one gate for all', () => {
  const mined = hardMining(softmax(), { over: 'batch', form: 'algorithm' });
  const sums = addBatch(noHardness(), { losses: Float32Array.of(0, 0.2, 3) }, hardMiningOf(mined)?.config);
  expect(sums.easy).toBe(0);
  expect(sums.gate / 3).toBeCloseTo((1.5 * 1.1) / (1 + Math.exp(-35 * (1.1 * (3.2 / 3) - 0.75))), 6);
});

test('without hard mining there are probabilities alone', () => {
  expect(addBatch(noHardness(), { losses }, undefined)).toMatchObject({
    samples: 6,
    easy: 0,
    gate: 0,
  });
});

test.each([{}, { gate: 'stopped' as const }, { over: 'batch' as const, steepness: 2 }])(
  'pulls are the gradients by the own logit, group by group: %o',
  (options) => {
    const head = hardMining(softmax(), options);
    const logits = [
      [2, -1, 0.5],
      [0.1, 0.2, 0.1],
      [-3, 1, 2],
      [1, 0.9, 0.2],
    ];
    const lossesOf = (own: tf.Tensor) =>
      tf.tidy(() => {
        const rest = tf.tensor2d(logits.map(([_, ...rest]) => rest));
        return tf.sub(tf.logSumExp(tf.concat([tf.expandDims(own, 1), rest], 1), 1), own) as tf.Tensor1D;
      });
    const own = tf.tensor1d(logits.map(([first]) => first!));
    const wanted = tf
      .grad((own) => tf.sum(hardMiningLoss(lossesOf(own), options)))(own)
      .dataSync();
    const losses = lossesOf(own).dataSync() as Float32Array;
    const groups = [0, 1, 1, 0];
    const sums = addBatch(noHardness(), { losses, groups }, hardMiningOf(head)?.config);
    const total = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
    expect(total(sums.pull!)).toBeCloseTo(-total(wanted), 4);
    for (const group of [0, 1]) {
      const { samples, pull } = sums.groups![group]!;
      expect(samples).toBe(2);
      const part = wanted.filter((_, sample) => groups[sample] === group);
      expect(total(pull!)).toBeCloseTo(-total(part), 4);
    }
    expect(total(sums.groups!.flatMap(({ pull }) => pull!))).toBeCloseTo(total(sums.pull!), 10);
  },
);

test.each(['hm-ce', 'ce', 'hm-curricularface', 'hm-triplet'])(
  'a run with %s tells each epoch, also one that was stopped',
  async (name) => {
    const [straight, stopped] = [await temporaryFolder(), await temporaryFolder()];
    const changes = {
      head: headByName(name),
      hardness: true,
      recipe: { ...tinyRecipe, epochs: 1, learningRate: 0.01 },
    };
    const [told] = ofKind(await eventsOf(tinyOptions(straight, changes)), 'hardness');
    expect(told).toMatchObject({ epoch: 1, step: 4, samples: 48 });
    expect(told!.histogram.reduce((a, b) => a + b)).toBe(48);
    expect(told!.easyShare === undefined).toBe(!name.startsWith('hm-'));
    const controller = new AbortController();
    await eventsOf(
      tinyOptions(stopped, { ...changes, logEvery: 1, signal: controller.signal }),
      ({ kind }) => {
        if (kind === 'step') controller.abort();
      },
    );
    const [resumed] = ofKind(await eventsOf(tinyOptions(stopped, { ...changes, resume: true })), 'hardness');
    expect(resumed).toEqual(told);
    // Telling changes nothing about what is trained.
    const plain = await temporaryFolder();
    await eventsOf(tinyOptions(plain, { ...changes, hardness: false }));
    expect((await loadRun(plain)).state).toEqual((await loadRun(straight)).state);
  },
);
