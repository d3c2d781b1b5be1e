import { headByName } from '@hm/losses';
import { resnet18 } from '@hm/resnet';
import { InvalidArgumentError } from '@hm/tensor';
import { expect, test } from 'vitest';
import type { TrainOptions } from './options.ts';
import type { Recipe } from './recipe/recipe.ts';
import { loadRun } from './run-folder/load-run.ts';
import { differing, eventsOf, ofKind, temporaryFolder, tinyOptions, tinyRecipe } from './testing/tiny-run.ts';
import { train } from './train.ts';

const recipes: Record<string, Recipe> = {
  'SGD, clipped and averaged': { ...tinyRecipe, clipNorm: 1, averageDecay: 0.9 },
  'accumulated gradients': { ...tinyRecipe, accumulate: 2 },
};

test.each(Object.entries(recipes))(
  'three steps at once end with the bits of single ones: %s',
  async (_, recipe) => {
    const [one, three] = [await temporaryFolder(), await temporaryFolder()];
    // Four steps in an epoch: three in a call, and one alone.
    const wanted = await eventsOf(tinyOptions(one, { recipe, logEvery: 1, hardness: true }));
    const got = await eventsOf(tinyOptions(three, { recipe, logEvery: 1, hardness: true, stepsPerCall: 3 }));
    const losses = (events: typeof got) => ofKind(events, 'step').map(({ step, loss }) => [step, loss]);
    expect(losses(got)).toEqual(losses(wanted));
    expect(ofKind(got, 'hardness')).toEqual(ofKind(wanted, 'hardness'));
    expect(differing((await loadRun(three)).state, (await loadRun(one)).state)).toEqual([]);
  },
);

test('of ResNet-18 too', async () => {
  const [one, two] = [await temporaryFolder(), await temporaryFolder()];
  const changes: Partial<TrainOptions> = {
    backbone: resnet18({ imageSize: [32, 32], embeddingSize: 32 }),
    head: headByName('hm-arcface', { scale: 8 }),
    recipe: { ...tinyRecipe, epochs: 1 },
  };
  await eventsOf(tinyOptions(one, changes));
  await eventsOf(tinyOptions(two, { ...changes, stepsPerCall: 2 }));
  expect(differing((await loadRun(two)).state, (await loadRun(one)).state)).toEqual([]);
});

test('stopped within a call and resumed with another number of steps', async () => {
  const [one, several] = [await temporaryFolder(), await temporaryFolder()];
  await eventsOf(tinyOptions(one));
  const stop = new AbortController();
  const stopping = { logEvery: 1, stepsPerCall: 2, signal: stop.signal };
  const first = await eventsOf(tinyOptions(several, stopping), (event) => {
    if (event.kind === 'step' && event.step === 5) stop.abort();
  });
  // The call is finished first.
  expect(first.at(-1)).toMatchObject({ kind: 'stopped', step: 6 });
  await eventsOf(tinyOptions(several, { stepsPerCall: 4, resume: true }));
  expect(differing((await loadRun(several)).state, (await loadRun(one)).state)).toEqual([]);
});

test('checkpoints and validations are where they would be, and see the network of their step', async () => {
  const [one, two] = [await temporaryFolder(), await temporaryFolder()];
  const seen: Record<string, Uint8Array[]> = { one: [], two: [] };
  const options = (out: string, name: string, stepsPerCall: number) =>
    tinyOptions(out, {
      ...{ stepsPerCall, validateEvery: 3, checkpointEvery: 2 },
      validate: async (model) => {
        seen[name]!.push(model);
        return { name: 'images', score: model.length };
      },
    });
  const wanted = await eventsOf(options(one, 'one', 1));
  const got = await eventsOf(options(two, 'two', 2));
  const steps = (events: typeof got) => ofKind(events, 'validation').map(({ step }) => step);
  expect(steps(wanted)).toEqual([3, 6, 8]);
  expect(steps(got)).toEqual(steps(wanted));
  expect(seen.two).toEqual(seen.one);
});

test.each([
  [{ stepsPerCall: 0 }, /stepsPerCall.*positive/],
  [{ stepsPerCall: 2, engine: 'auto' }, /stepsPerCall.*other than onnx/],
  [{ stepsPerCall: 2, recipe: { ...tinyRecipe, partialFc: { sampleRate: 1 } } }, /partialFc/],
] as [Partial<TrainOptions>, RegExp][])('%o is refused', (changes, message) => {
  expect(() => train(tinyOptions('run', changes))).toThrow(message);
  expect(() => train(tinyOptions('run', changes))).toThrow(InvalidArgumentError);
});
