import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeRecipe, paper, quick } from '@hm/train';
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { createProgram } from '../create-program.ts';
import { settingsTyped } from './options.ts';
import { recipeOf, settingsOfRecipe } from './recipe-of.ts';
import { mergedSettings, settingsOf } from './repeated-settings.ts';
import { assertSettings, type Settings } from './settings.ts';

/** The settings that `hm train` with these words would train with. */
async function settings(...words: string[]): Promise<Settings> {
  const train = createProgram().commands.find((command) => command.name() === 'train')! as unknown as Command;
  train
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .action(() => {});
  await train.parseAsync(['--out', 'run', ...words], { from: 'user' });
  const typed = settingsTyped(train as never);
  assertSettings(typed);
  return typed;
}

it('short options and --set write one tree, the later over the earlier', async () => {
  const typed = await settings(
    ...['--loss', 'hm-arcface', '--set', 'loss.scale=16', '--set', 'loss={"marginRadians":0.3}'],
    ...[
      '--batch',
      '8',
      '--lr',
      '0.01',
      '--image-size',
      '112x96',
      '--embedding-size',
      '8',
      '--synthetic',
      '4',
    ],
    ...['--set', 'batchSize=16', '--set', 'freeze=backbone.stem.*,*.norm.*', '--set', 'tensorBoard=true'],
    ...['--set', 'data.minImages=2', '--set', 'loss.hard-mining.over=batch', '--set', 'dataLicense=10'],
  );
  expect(typed).toEqual({
    loss: { name: 'hm-arcface', scale: 16, marginRadians: 0.3, 'hard-mining': { over: 'batch' } },
    ...{ batchSize: 16, learningRate: 0.01, freeze: ['backbone.stem.*', '*.norm.*'], tensorBoard: true },
    backbone: { imageSize: [112, 96], embeddingSize: 8 },
    synthetic: { identities: 4 },
    data: { minImages: 2 },
    dataLicense: '10',
  });
});

it('makes a recipe of what was typed', async () => {
  const typed = await settings(
    ...['--epochs', '1', '--augment', 'none', '--set', 'optimizer.kind=adamw', '--set', 'weightDecay=0.1'],
    ...['--set', 'weightDecay.norms=0', '--set', 'averageDecay=0.9', '--set', 'schedule.kind=one-cycle'],
    ...['--set', 'schedule.warmupEpochs=0.5', '--set', 'clipNorm=5', '--set', 'sampler.kind=pairs'],
  );
  expect(await recipeOf(quick, typed)).toEqual({
    ...{ ...quick, epochs: 1, augment: {}, averageDecay: 0.9, clipNorm: 5 },
    ...{ optimizer: { kind: 'adamw' }, weightDecay: { weights: 0.1, norms: 0 } },
    ...{ schedule: { kind: 'one-cycle', warmupEpochs: 0.5 }, sampler: { kind: 'pairs', images: 4 } },
  });
});

it.each([
  [['--set', 'epochs'], /Expected NAME=VALUE, such as/],
  [['--set', 'epoch=3'], /Did you mean epochs\?/],
  [['--set', 'optimizer.kindd=adamw'], /Did you mean optimizer\.kind\?/],
  [['--set', 'schedule.kind=cosin'], /Allowed choices are constant.*\n\(Did you mean cosine\?\)/],
  [['--set', 'epochs=0.5'], /Expected a whole number of at least 1/],
  [['--set', 'weightDecay.gammas=0'], /among weightDecay\.weights, weightDecay\.norms/],
  [['--set', 'backbone.stem=vgg'], /Allowed choices are imagenet, face/],
  [['--set', 'loss={scale:32}'], /Expected a JSON object/],
  [['--lr', 'NaN'], /Expected a number of at least 0/],
  [['--provider', 'gpu'], /Allowed choices are cpu, webgpu/],
  [['--momentum', '0.9'], /unknown option '--momentum'\n\(Write --set optimizer\.momentum=VALUE\)/],
  [['--optimiser', 'adamw'], /Write --set optimizer\.kind=VALUE/],
])('%j is refused', async (words, message) => {
  await expect(settings(...words)).rejects.toThrow(message);
});

it('options of another kind are refused with the recipe', async () => {
  const typed = await settings('--set', 'schedule.kind=cosine', '--set', 'schedule.power=2');
  await expect(recipeOf(paper, typed)).rejects.toThrow(
    /"recipe\.schedule": expected members among .* got power/,
  );
});

it('a recipe is a name or a JSON file, whose members are checked', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hm-recipe-'));
  const file = (text: string) => {
    writeFileSync(join(folder, 'recipe.json'), text);
    return settingsOfRecipe(join(folder, 'recipe.json'));
  };
  expect(await settingsOfRecipe('quick')).toEqual({ recipe: 'quick' });
  const own = await file('{"$schema":"x","name":"mine","epochs":3,"optimizer":{"kind":"adamw"}}');
  expect(await recipeOf(paper, mergedSettings(own, { epochs: 4 } as Settings))).toEqual({
    ...{ ...paper, name: 'mine', epochs: 4, optimizer: { kind: 'adamw' } },
  });
  await expect(file('{"epoch":3}')).rejects.toThrow(/got epoch\. Fix: Write epochs\./);
  await expect(file('{')).rejects.toThrow(/recipe\.json: expected a recipe as JSON/);
  await expect(settingsOfRecipe('papr')).rejects.toThrow(/papr: expected a recipe as JSON, or one of paper/);
  rmSync(folder, { recursive: true });
});

const check = (changes: object) => changeRecipe(paper, changes);

it('a run that kept its options, as before, is repeated', async () => {
  const kept = {
    ...{ loss: 'hm-arcface', lossOptions: { scale: 16 }, labelSmoothing: 0.1, recipe: 'quick', epochs: 1 },
    ...{ synthetic: 4, imagesPerIdentity: 4, hardness: 0.3, imageSize: [16, 16], batch: 8, lr: 0.01 },
    ...{ decayFree: ['norms'], weightDecay: 0.1, optimizer: 'nesterov', momentum: 0.8, ema: 0.9, keep: 1 },
    ...{
      hardSamples: true,
      skipBadImages: true,
      partialFc: 0.1,
      resume: true,
      perIdentity: 2,
      sampler: 'hard',
    },
  };
  const repeated = settingsOf(kept, 'runs/a', check);
  assertSettings(repeated);
  expect(repeated).toEqual({
    ...{ loss: { name: 'hm-arcface', scale: 16 }, labelSmoothing: 0.1, recipe: 'quick', epochs: 1 },
    synthetic: { identities: 4, imagesPerIdentity: 4, hardness: 0.3 },
    ...{ backbone: { imageSize: [16, 16] }, batchSize: 8, learningRate: 0.01, averageDecay: 0.9, keep: 1 },
    weightDecay: { weights: 0.1, norms: 0 },
    optimizer: { kind: 'sgd', nesterov: true, momentum: 0.8 },
    ...{ hardness: true, onBadSample: 'skip', partialFc: { sampleRate: 0.1 } },
    sampler: { images: 2, kind: 'hard' },
  });
});

it.each([
  ['provider', '__proto__'],
  ['augment', '__proto__'],
  ['epochs', '3'],
  ['no-such', true],
])('--from refuses what could not be typed: %s', (name, value) => {
  const forged = JSON.parse(
    `{"loss":{"name":"ce"},"keep":1,${JSON.stringify(name)}:${JSON.stringify(value)}}`,
  );
  expect(() => settingsOf(forged, 'runs/a', check)).toThrow(
    `expected options that hm train takes, got "${name}": ${JSON.stringify(value)}`,
  );
});

it('--from leaves out where a run went, and another kind begins anew', () => {
  const kept = { loss: { name: 'ce' }, optimizer: { kind: 'adamw', beta1: 0.8 }, resume: 1, out: 'x' };
  const repeated = settingsOf(kept, 'runs/a', check);
  expect(repeated).toEqual({ loss: { name: 'ce' }, optimizer: { kind: 'adamw', beta1: 0.8 } });
  expect(mergedSettings(repeated, { optimizer: { kind: 'sgd' } } as Settings)).toEqual({
    ...{ loss: { name: 'ce' }, optimizer: { kind: 'sgd' } },
  });
});

it('--from begins anew where another loss, source of data or kind of validation is typed', () => {
  const base: Settings = {
    loss: { name: 'arcface', scale: 16 },
    data: { path: 'faces', minImages: 2 },
    ...{ validate: 'lfw', validatePairs: 'pairs.txt', seed: 3 },
  };
  const over = (typed: Settings) => mergedSettings(base, typed);
  expect(over({ loss: { name: 'ce' } })).toEqual({ ...base, loss: { name: 'ce' } });
  expect(over({ loss: { scale: 32 } }).loss).toEqual({ name: 'arcface', scale: 32 });
  expect(over({ loss: { name: 'arcface', scale: 32 } }).loss).toEqual({ name: 'arcface', scale: 32 });
  const { data, ...withoutData } = base;
  const synthetic = { identities: 4 };
  expect(over({ synthetic })).toEqual({ ...withoutData, synthetic });
  expect(mergedSettings({ synthetic, seed: 3 }, { data: data! })).toEqual({ data, seed: 3 });
  expect(over({ data: { path: 'others' } }).data).toEqual({ path: 'others', minImages: 2 });
  expect(over({ validatePeople: 5 })).toEqual({
    ...{ loss: base.loss, data },
    ...{ validatePeople: 5, seed: 3 },
  });
  expect(mergedSettings({ validatePeople: 5 }, { validate: 'lfw' })).toEqual({ validate: 'lfw' });
  // Both typed at once stay, to be refused together.
  expect(mergedSettings(base, { data: data!, synthetic })).toMatchObject({ data, synthetic });
  expect(over({ validate: 'other' })).toMatchObject({ validate: 'other', validatePairs: 'pairs.txt' });
});
