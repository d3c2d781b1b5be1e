import { type Dataset, inMemory, syntheticFaces } from '@hm/datasets';
import { headByName, nearestClasses } from '@hm/losses';
import { hostTensor, Rng } from '@hm/tensor';
import { expect, test } from 'vitest';
import type { TrainOptions } from '../options.ts';
import { loadRun } from '../run-folder/load-run.ts';
import {
  differing,
  eventsOf,
  ofKind,
  temporaryFolder,
  tinyFaces,
  tinyOptions,
  tinyRecipe,
} from '../testing/tiny-run.ts';
import { train } from '../train.ts';
import { NEIGHBORS } from './epoch-sampler.ts';
import { epochSamples, type Sampler } from './sampler.ts';

/** Identity c has 2c + 1 images: 1, 3, 5 … 19. */
const labels = Int32Array.from({ length: 100 }, (_, index) => Math.floor(Math.sqrt(index)));
const base = { labels, classes: 10, batchSize: 20, batches: 5, seed: 1, epoch: 0 };
const samples = (sampler: Sampler, changes: Partial<typeof base> = {}) =>
  epochSamples(sampler, { ...base, ...changes })!;
const counts = (order: number[]) =>
  Array.from({ length: 10 }, (_, label) => order.filter((index) => labels[index] === label).length);

test.each<Sampler>([{ kind: 'balanced' }, { kind: 'pairs', images: 4 }])(
  '%j depends on seed and epoch alone',
  (sampler) => {
    expect(samples(sampler)).toHaveLength(100);
    expect(samples(sampler)).toEqual(samples(sampler));
    expect(samples(sampler)).not.toEqual(samples(sampler, { epoch: 1 }));
    expect(samples(sampler)).not.toEqual(samples(sampler, { seed: 2 }));
  },
);

test('uniform is the loader’s own shuffle', () => {
  expect(epochSamples({ kind: 'uniform' }, base)).toBeUndefined();
});

test('balanced reads each identity as often as any other, and its images in turn', () => {
  const order = samples({ kind: 'balanced' });
  expect(counts(order)).toEqual(Array(10).fill(10));
  // Of 19 images 10 different ones; of 5 each twice.
  expect(new Set(order.filter((index) => labels[index] === 9)).size).toBe(10);
  const fifth = order.filter((index) => labels[index] === 2);
  for (const index of fifth) expect(fifth.filter((other) => other === index)).toHaveLength(2);
});

test('pairs fills a batch with a few images of each identity in it', () => {
  const order = samples({ kind: 'pairs', images: 4 });
  for (let batch = 0; batch < 5; batch++) {
    const inBatch = counts(order.slice(batch * 20, (batch + 1) * 20));
    expect(inBatch.filter((count) => count > 0)).toEqual([4, 4, 4, 4, 4]);
  }
});

test('hard puts look-alikes into one batch', () => {
  // Class weights in pairs: 0 and 1 alike, 2 and 3, and so on.
  const rng = Rng.of('alike');
  const rows = Array.from({ length: 5 }, () => Array.from({ length: 8 }, () => rng.normal()));
  const weights = Array.from({ length: 10 }, (_, label) =>
    rows[label >> 1]!.map((value) => value + 0.01 * label),
  );
  const neighbors = nearestClasses(hostTensor('float32', [10, 8], Float32Array.from(weights.flat())), 1);
  const order = epochSamples({ kind: 'hard', images: 5 }, { ...base, neighbors })!;
  for (let batch = 0; batch < 5; batch++) {
    const inBatch = counts(order.slice(batch * 20, (batch + 1) * 20));
    for (let label = 0; label < 10; label += 2) expect(inBatch[label] === 0).toBe(inBatch[label + 1] === 0);
  }
});

const samplers: Sampler[] = [
  { kind: 'balanced' },
  { kind: 'pairs', images: 3 },
  { kind: 'hard', images: 2, neighbors: 2 },
  { kind: 'hard', images: 2, refreshEpochs: 2 },
];

test.each(samplers)('%j: stopped and resumed, a run ends with the same bits', async (sampler) => {
  const changes: Partial<TrainOptions> = {
    recipe: { ...tinyRecipe, sampler, epochs: 3, accumulate: 2 },
    logEvery: 1,
  };
  const [straight, stopped, uniform] = [
    await temporaryFolder(),
    await temporaryFolder(),
    await temporaryFolder(),
  ];
  await eventsOf(tinyOptions(straight, changes));
  const controller = new AbortController();
  await eventsOf(tinyOptions(stopped, { ...changes, signal: controller.signal }), (event) => {
    if (event.kind === 'step' && event.step === 6) controller.abort();
  });
  const halted = await loadRun(stopped);
  expect(NEIGHBORS in halted.state).toBe(sampler.kind === 'hard');
  await eventsOf(tinyOptions(stopped, { ...changes, resume: true }));
  expect(differing((await loadRun(stopped)).state, (await loadRun(straight)).state)).toEqual([]);
  await eventsOf(
    tinyOptions(uniform, { ...changes, recipe: { ...changes.recipe!, sampler: { kind: 'uniform' } } }),
  );
  const params = (state: object) => Object.keys(state).filter((name) => name.startsWith('params.'));
  const other = (await loadRun(uniform)).state;
  expect(differing((await loadRun(straight)).state, other, params(other))).not.toEqual([]);
});

test('identities without labels of their own are asked for', async () => {
  const plain = inMemory(
    syntheticFaces({ identities: 6, imagesPerIdentity: 8, hardness: 0, seed: 3, size: 32 }),
  );
  const { labels: _, ...unlabeled } = { ...plain, labels: undefined };
  const data: Dataset = { ...unlabeled, sample: (index) => tinyFaces.sample(index) };
  const recipe = { ...tinyRecipe, epochs: 1, sampler: { kind: 'pairs', images: 3 } } as const;
  const steps = ofKind(await eventsOf(tinyOptions(await temporaryFolder(), { data, recipe })), 'epoch');
  expect(steps[0]!.step).toBe(4);
});

test.each<[string, Sampler, RegExp]>([
  ['images that do not divide the batch', { kind: 'pairs', images: 5 }, /divides the batch of 12/],
  [
    'more identities than there are',
    { kind: 'pairs', images: 1 },
    /at least 2, since there are 6 identities/,
  ],
  ['as many neighbours as identities', { kind: 'hard', images: 2, neighbors: 6 }, /from 1 to 5/],
  ['an unknown kind', { kind: 'random' } as unknown as Sampler, /'uniform', 'balanced', 'pairs' or 'hard'/],
])('%s are refused', (_, sampler, message) => {
  expect(() => train(tinyOptions('/nowhere', { recipe: { ...tinyRecipe, sampler } }))).toThrow(message);
});

test('look-alikes need class weights', async () => {
  const recipe = { ...tinyRecipe, sampler: { kind: 'hard', images: 2 } } as const;
  const failing = eventsOf(tinyOptions(await temporaryFolder(), { recipe, head: headByName('triplet') }));
  await expect(failing).rejects.toThrow(/one weight vector for each class/);
});
