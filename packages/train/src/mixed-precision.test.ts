import { join } from 'node:path';
import { InvalidArgumentError, NonFiniteError } from '@hm/tensor';
import { describe, expect, test } from 'vitest';
import type { TrainOptions } from './options.ts';
import type { Recipe } from './recipe/recipe.ts';
import { checkpointFolder, readCheckpoint } from './run-folder/checkpoint-folder.ts';
import { loadRun } from './run-folder/load-run.ts';
import { differing, eventsOf, ofKind, temporaryFolder, tinyOptions, tinyRecipe } from './testing/tiny-run.ts';

const recipe = (mixedPrecision: Recipe['mixedPrecision'], changes: Partial<Recipe> = {}): Recipe => ({
  ...tinyRecipe,
  ...changes,
  ...(mixedPrecision === undefined ? {} : { mixedPrecision }),
});

const run = async (changes: Recipe, options: Partial<TrainOptions> = {}) => {
  const out = options.out ?? (await temporaryFolder());
  const events = await eventsOf(tinyOptions(out, { recipe: changes, logEvery: 1, ...options }));
  return { out, steps: ofKind(events, 'step') };
};

describe('training in mixed precision', () => {
  test('follows the losses of single precision, and rounds', async () => {
    const [single, mixed] = [await run(recipe(undefined)), await run(recipe({ initialScale: 256 }))];
    const losses = [single, mixed].map(({ steps }) => steps.map(({ loss }) => loss));
    for (const [step, loss] of losses[0]!.entries()) {
      expect(Math.abs(losses[1]![step]! / loss - 1)).toBeLessThan(2e-3);
    }
    expect(losses[1]).not.toEqual(losses[0]);
    expect(single.steps[0]).not.toHaveProperty('lossScale');
    expect(mixed.steps.every(({ lossScale }) => lossScale === 256)).toBe(true);
    const { state } = await loadRun(mixed.out);
    expect(state['lossScale.goodSteps']!.data[0]).toBe(mixed.steps.length);
  });

  test('rounds where only a part of the classes is drawn too', async () => {
    const changed = { partialFc: { sampleRate: 1 } };
    const [whole, partial] = [await run(recipe(true)), await run(recipe(true, changed))];
    const losses = [whole, partial].map(({ steps }) => steps.map(({ loss }) => loss));
    // All classes are drawn: it is the same step, and rounds the same numbers.
    expect(losses[1]).toEqual(losses[0]);
    expect(losses[1]).not.toEqual((await run(recipe(undefined, changed))).steps.map(({ loss }) => loss));
  });

  test('leaves out steps that overflow and halves the scale until they do not', async () => {
    const initialScale = 2 ** 24;
    const { out, steps } = await run(recipe({ initialScale }, { epochs: 4 }), {
      checkpointEvery: 1,
      keep: 16,
    });
    const scales = steps.map(({ lossScale }) => lossScale!);
    expect(scales[0]).toBe(initialScale / 2);
    expect(scales.at(-1)).toBe(scales.at(-2));
    // Nothing but the scale moves with the first steps.
    const [first, third] = await Promise.all(
      ['1', '3'].map((step) =>
        readCheckpoint(join(checkpointFolder(out), `step-${step.padStart(8, '0')}.safetensors`)),
      ),
    );
    expect(differing(first!.state, third!.state)).toEqual(['lossScale.scale']);
    expect(scales.at(-1)).toBeLessThan(initialScale);
    const { state } = await loadRun(out);
    expect(state['lossScale.scale']!.data[0]).toBe(scales.at(-1));
    expect(steps.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  });

  test('goes on to the bit, scale and all, also where gradients are accumulated', async () => {
    const changed = recipe({ initialScale: 2 ** 22, growthInterval: 2 }, { accumulate: 2 });
    const whole = await run(changed);
    const stop = new AbortController();
    const out = await temporaryFolder();
    const options = tinyOptions(out, { recipe: changed, logEvery: 1, signal: stop.signal });
    await eventsOf(options, (event) => {
      if (event.kind === 'step' && event.step === 3) stop.abort();
    });
    const { steps } = await run(changed, { out, resume: true });
    expect(steps.at(-1)!.lossScale).toBe(whole.steps.at(-1)!.lossScale);
    expect(differing((await loadRun(out)).state, (await loadRun(whole.out)).state)).toEqual([]);
  });

  test('stops where gradients overflow at any scale', async () => {
    const hopeless = recipe({ initialScale: 1 }, { learningRate: 1e6, schedule: { kind: 'constant' } });
    await expect(run(hopeless)).rejects.toThrow(NonFiniteError);
  });

  test.each<[string, Recipe['mixedPrecision'], Partial<TrainOptions>]>([
    ['a scale below 1', { initialScale: 0.5 }, {}],
    ['a scale that cannot grow', { initialScale: 2 ** 25 }, {}],
    ['no steps between growths', { growthInterval: 0 }, {}],
    ['an engine without it', true, { engine: { kind: 'tfjs', backend: 'cpu' } }],
  ])('refuses %s', async (_, mixedPrecision, options) => {
    await expect(run(recipe(mixedPrecision), options)).rejects.toThrow(InvalidArgumentError);
  });
});
