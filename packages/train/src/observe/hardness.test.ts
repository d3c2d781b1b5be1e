import { hardMining, hardMiningOf, headByName, softmax } from '@hm/losses';
import { expect, test } from 'vitest';
import { loadRun } from '../load-run.ts';
import { eventsOf, ofKind, temporaryFolder, tinyOptions, tinyRecipe } from '../testing/tiny-run.ts';
import { addBatch, noHardness } from './hardness.ts';

const losses = Float32Array.of(0, 0.05, 0.68, 0.69, 2, 30);

test('counts samples by probability, and those whose gate is less than half open', () => {
  // The gate is half open at 0.75 / 1.1 = 0.6818.
  const sums = addBatch(noHardness(), losses, hardMiningOf(hardMining(softmax()))?.config);
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
  const sums = addBatch(noHardness(), Float32Array.of(0, 0.2, 3), hardMiningOf(mined)?.config);
  expect(sums.easy).toBe(0);
  expect(sums.gate / 3).toBeCloseTo((1.5 * 1.1) / (1 + Math.exp(-35 * (1.1 * (3.2 / 3) - 0.75))), 6);
});

test('without hard mining there are probabilities alone', () => {
  expect(addBatch(noHardness(), losses, undefined)).toMatchObject({
    samples: 6,
    easy: 0,
    gate: 0,
  });
});

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
