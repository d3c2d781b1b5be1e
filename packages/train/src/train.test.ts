import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '@hm/datasets';
import { headByName, lossNames } from '@hm/losses';
import { InvalidArgumentError, InvalidDataError, NonFiniteError, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { TrainEvent } from './observe/events.ts';
import type { TrainOptions } from './options.ts';
import type { Recipe } from './recipe/recipe.ts';
import { listCheckpoints } from './run-folder/checkpoint-folder.ts';
import { loadRun } from './run-folder/load-run.ts';
import { eventsOf, ofKind, temporaryFolder, tinyFaces, tinyOptions, tinyRecipe } from './testing/tiny-run.ts';
import { train } from './train.ts';

test('learns a small set', async () => {
  const out = await temporaryFolder();
  const recipe = { ...tinyRecipe, epochs: 25, learningRate: 0.2 };
  const epochs = ofKind(await eventsOf(tinyOptions(out, { recipe, head: headByName('ce') })), 'epoch');
  expect(epochs).toHaveLength(25);
  expect(epochs.at(-1)!.loss).toBeLessThan(0.6 * epochs[0]!.loss);
  expect(epochs.at(-1)!.accuracy).toBeGreaterThan(0.6);
});

test('tells what happens, in order', async () => {
  const out = await temporaryFolder();
  const events = await eventsOf(tinyOptions(out, { logEvery: 3 }));
  expect(events.map(({ kind }) => kind)).toEqual([
    'start',
    'step',
    'step',
    'epoch',
    'checkpoint',
    'step',
    'step',
    'epoch',
    'checkpoint',
    'done',
  ]);
  expect(events[0]).toEqual({
    kind: 'start',
    engine: 'onnx cpu',
    step: 0,
    steps: 8,
    epochs: 2,
    images: 48,
    classes: 6,
    parameters: 3 * 3 * 3 * 8 + 8 + 8 + 8 * 16 + 16 * 6,
  });
  expect(ofKind(events, 'step').map(({ step, epoch }) => [step, epoch])).toEqual([
    [1, 1],
    [3, 1],
    [6, 2],
    [8, 2],
  ]);
  for (const step of ofKind(events, 'step')) {
    expect(step).toMatchObject({ steps: 8, epochs: 2 });
    expect(step.imagesPerSecond).toBeGreaterThan(0);
    expect(step.secondsLeft).toBeGreaterThanOrEqual(0);
    expect(step.waitShare).toBeGreaterThanOrEqual(0);
    expect(step.waitShare).toBeLessThanOrEqual(1);
  }
  expect(ofKind(events, 'epoch').map(({ epoch, step }) => [epoch, step])).toEqual([
    [1, 4],
    [2, 8],
  ]);
  expectTypeOf<Extract<TrainEvent, { kind: 'stopped' }>['checkpoint']>().toEqualTypeOf<string>();
});

test('an epoch averages its steps', async () => {
  const out = await temporaryFolder();
  const events = await eventsOf(tinyOptions(out, { logEvery: 1 }));
  const losses = ofKind(events, 'step')
    .filter(({ epoch }) => epoch === 1)
    .map(({ loss }) => loss);
  expect(ofKind(events, 'epoch')[0]!.loss).toBeCloseTo(losses.reduce((a, b) => a + b) / 4, 12);
});

test('metrics.jsonl has every event', async () => {
  const out = await temporaryFolder();
  const events = await eventsOf(tinyOptions(out));
  const lines = (await readFile(join(out, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    events.map((event) => ({ ...event, time: expect.stringMatching(/^\d{4}-/) })),
  );
});

test('the same options give the same weights, whatever the number of workers', async () => {
  const [a, b, c] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
  await eventsOf(tinyOptions(a));
  await eventsOf(tinyOptions(b, { workers: 2, logEvery: 1, checkpointEvery: 3 }));
  await eventsOf(tinyOptions(c, { seed: 2 }));
  expect((await loadRun(b)).state).toEqual((await loadRun(a)).state);
  expect((await loadRun(c)).state).not.toEqual((await loadRun(a)).state);
});

test.each([...lossNames.flatMap((name) => [name, `hm-${name}`]), 'ce+center', 'ohem-focal-ce'])(
  'trains with %s',
  async (name) => {
    const out = await temporaryFolder();
    const recipe = { ...tinyRecipe, epochs: 1, learningRate: 0.01 };
    const events = await eventsOf(tinyOptions(out, { head: headByName(name), recipe }));
    expect(ofKind(events, 'epoch')[0]!.loss).toBeGreaterThan(0);
    const { config, state } = await loadRun(out);
    expect(config.head).toEqual(JSON.parse(JSON.stringify(headByName(name).config)));
    const momenta = Object.entries(state).filter(([key]) => key.startsWith('momentum.'));
    for (const [, { data }] of momenta) expect(data.some((value) => value !== 0)).toBe(true);
    const statistics = Object.keys(
      headByName(name).initStatistics?.(Rng.of(1), { classes: 2, embeddingSize: 2 }) ?? {},
    );
    expect(Object.keys(state).filter((key) => key.startsWith('headStatistics.'))).toEqual(
      statistics.map((key) => `headStatistics.${key}`),
    );
  },
);

test('tells the norm of the gradient when it clips', async () => {
  const out = await temporaryFolder();
  const steps = ofKind(
    await eventsOf(tinyOptions(out, { recipe: { ...tinyRecipe, clipNorm: 0.5 } })),
    'step',
  );
  expect(steps[0]!.gradientNorm).toBeGreaterThan(0);
});

test('leaves no tensors behind', async () => {
  const out = await temporaryFolder();
  const before = tf.memory().numTensors;
  await eventsOf(tinyOptions(out));
  expect(tf.memory().numTensors).toBe(before);
});

test('one loop only', async () => {
  const run = train(tinyOptions(await temporaryFolder()));
  for await (const _ of run) break;
  expect(() => run[Symbol.asyncIterator]()).toThrow(/a second one/);
});

test('a damaged image stops training, or is skipped and told', async () => {
  const damaged: Dataset = {
    ...tinyFaces,
    sample: (index) =>
      index === 5
        ? { image: { bytes: Uint8Array.of(1, 2, 3) }, label: 0, id: 'broken.jpg' }
        : tinyFaces.sample(index),
  };
  const stopped = eventsOf(tinyOptions(await temporaryFolder(), { data: damaged }));
  await expect(stopped).rejects.toThrow(/broken\.jpg/);
  const events = await eventsOf(tinyOptions(await temporaryFolder(), { data: damaged, onBadSample: 'skip' }));
  expect(ofKind(events, 'badSample')).toEqual([
    { kind: 'badSample', index: 5, id: 'broken.jpg', reason: expect.any(String) },
  ]);
  expect(events.at(-1)!.kind).toBe('done');
});

test('a loss that is not finite stops, names step and tensor, and keeps the last good checkpoint', async () => {
  const out = await temporaryFolder();
  const recipe: Recipe = { ...tinyRecipe, learningRate: 1e30, schedule: { kind: 'constant' } };
  const failing = eventsOf(tinyOptions(out, { recipe, checkpointEvery: 1 }));
  const error = (await failing.catch((reason: unknown) => reason)) as NonFiniteError;
  expect(error).toBeInstanceOf(NonFiniteError);
  const [checkpoint] = await listCheckpoints(out);
  expect(error.fields).toMatchObject({ step: 2, loss: Number.NaN, checkpoint, tensor: expect.any(String) });
  expect(error.message).toContain(`step 2`);
  const { state, progress } = await loadRun(out);
  expect(progress.step).toBe(1);
  for (const { data } of Object.values(state))
    expect((data as Float32Array).every(Number.isFinite)).toBe(true);
});

test('weights that are not finite are never written, even if the loss still is', async () => {
  const out = await temporaryFolder();
  const recipe: Recipe = { ...tinyRecipe, learningRate: 1e39, schedule: { kind: 'constant' } };
  const failing = eventsOf(tinyOptions(out, { recipe, checkpointEvery: 1 }));
  await expect(failing).rejects.toMatchObject({
    code: 'non-finite',
    fields: { step: 1, tensor: 'params.backbone.stem.kernel' },
  });
  expect(await listCheckpoints(out)).toEqual([]);
});

describe('refuses at once', () => {
  const cases: [string, Partial<TrainOptions>, new (...details: never[]) => Error, RegExp][] = [
    ['one identity', { data: { ...tinyFaces, classes: 1 } }, InvalidDataError, /two identities/],
    ['less than a batch', { recipe: { ...tinyRecipe, batchSize: 49 } }, InvalidDataError, /batch of 49/],
    ['no epoch', { recipe: { ...tinyRecipe, epochs: 0 } }, InvalidArgumentError, /recipe\.epochs/],
    [
      'a learning rate of NaN',
      { recipe: { ...tinyRecipe, learningRate: Number.NaN } },
      InvalidArgumentError,
      /learningRate/,
    ],
    ['a clipNorm of 0', { recipe: { ...tinyRecipe, clipNorm: 0 } }, InvalidArgumentError, /clipNorm/],
    [
      'a warm-up longer than training',
      { recipe: { ...tinyRecipe, schedule: { kind: 'cosine', warmupEpochs: 3 } } },
      InvalidArgumentError,
      /warm-up/,
    ],
    ['a fraction as seed', { seed: 1.5 }, InvalidArgumentError, /seed/],
    ['keep 0', { keep: 0 }, InvalidArgumentError, /keep/],
    [
      'an engine that does not exist',
      { engine: { kind: 'jax' as 'onnx' } },
      InvalidArgumentError,
      /engine.kind/,
    ],
    [
      'a backend that does not exist',
      { engine: { kind: 'tfjs', backend: 'wasm' as 'cpu' } },
      InvalidArgumentError,
      /engine.backend.*tensorflow, webgpu, cpu/,
    ],
    [
      'images of another size',
      { preprocessing: { height: 16, width: 32, channels: 'rgb', mean: 0, scale: 1, template: 'none' } },
      InvalidArgumentError,
      /32 × 32/,
    ],
  ];
  test.each(cases)('%s', (_, changes, kind, message) => {
    const begin = () => train(tinyOptions('/nowhere', changes));
    expect(begin).toThrow(kind);
    expect(begin).toThrow(message);
  });
});

test('an out that is a file', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, 'a file');
  await expect(eventsOf(tinyOptions(file))).rejects.toMatchObject({ code: 'unavailable' });
});
