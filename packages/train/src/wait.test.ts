import type { Dataset, Sample } from '@hm/datasets';
import { expect, test } from 'vitest';
import { loadRun } from './run-folder/load-run.ts';
import {
  differing,
  eventsOf,
  ofKind,
  temporaryFolder,
  tinyFaces,
  tinyOptions,
  tinyRecipe,
} from './testing/tiny-run.ts';

const never = new Promise<never>(() => {});

/** Answers for a while, then never again. */
function silentAfter(count: number): Dataset {
  let asked = 0;
  const sample = (index: number): Promise<Sample> | Sample =>
    ++asked > count ? never : (tinyFaces.sample(index) as Sample);
  return { ...tinyFaces, sample };
}

/** Looking at the data set takes this many samples. */
const LOOK = 1 + tinyFaces.length;

test.each([0, LOOK, LOOK + 40])(
  'a signal is heard while a data set does not answer, after %i samples',
  async (count) => {
    const out = await temporaryFolder();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 1500);
    const events = await eventsOf(tinyOptions(out, { data: silentAfter(count), signal: controller.signal }));
    expect(events.at(-1)).toMatchObject({ kind: 'stopped' });
    expect((await loadRun(out)).progress.step).toBeLessThan(4);
  },
);

test('a data set that does not answer in time is an error', async () => {
  const options = tinyOptions(await temporaryFolder(), { data: silentAfter(LOOK), batchTimeoutSeconds: 0.5 });
  await expect(eventsOf(options)).rejects.toThrow(
    /images for the next step, got nothing for 0.5 seconds.*--set batchTimeoutSeconds/,
  );
});

test('a signal is heard while a validation does not end; resumed, it is made up for', async () => {
  const out = await temporaryFolder();
  const controller = new AbortController();
  const scores: number[] = [];
  const silent = async () => {
    setTimeout(() => controller.abort(), 100);
    return never;
  };
  const options = tinyOptions(out, { validateEvery: 4 });
  const first = await eventsOf({ ...options, validate: silent, signal: controller.signal });
  expect(first.at(-1)).toMatchObject({ kind: 'stopped', step: 4 });
  const validate = async (_: Uint8Array, step: number) => {
    scores.push(step);
    return { name: 'accuracy', score: 1 / step };
  };
  await eventsOf({ ...options, validate, resume: true });
  expect(scores).toEqual([4, 8]);
  expect((await loadRun(out)).progress).toMatchObject({ step: 8, best: { step: 4 } });
  // A finished run owes nothing.
  await eventsOf({ ...options, validate, resume: true });
  expect(scores).toEqual([4, 8]);
});

test('a validation that takes too long, and one without a result, are errors', async () => {
  const out = await temporaryFolder();
  const late = tinyOptions(out, { validate: () => never, validationTimeoutSeconds: 0.2 });
  await expect(eventsOf(late)).rejects.toThrow(
    /a validation, got nothing for 0.2 seconds.*--set validationTimeoutSeconds/,
  );
  const nothing = tinyOptions(await temporaryFolder(), { validate: async () => undefined as never });
  await expect(eventsOf(nothing)).rejects.toThrow(/option "validate": expected a result such as/);
  await expect(async () => eventsOf(tinyOptions(out, { batchTimeoutSeconds: 0 }))).rejects.toThrow(
    /batchTimeoutSeconds/,
  );
});

test('a score that is no number is never the best', async () => {
  const out = await temporaryFolder();
  const scores = [Number.NaN, 0.5, 0.6, Number.NaN];
  const validate = async (_: Uint8Array, step: number) => ({
    name: 'accuracy',
    score: scores[step / 2 - 1]!,
  });
  const events = await eventsOf(tinyOptions(out, { validate, validateEvery: 2 }));
  expect(ofKind(events, 'validation').map(({ best }) => best)).toEqual([false, true, true, false]);
  expect((await loadRun(out, 'best')).progress.best).toMatchObject({ step: 6, score: 0.6 });
});

test('batches that are summed are waited for together, so that a stop leaves whole steps', async () => {
  const [out, straight] = [await temporaryFolder(), await temporaryFolder()];
  const recipe = { ...tinyRecipe, accumulate: 3 };
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 1500);
  const data = silentAfter(LOOK + 33);
  await eventsOf(tinyOptions(out, { recipe, data, signal: controller.signal }));
  await eventsOf(tinyOptions(out, { recipe, resume: true }));
  await eventsOf(tinyOptions(straight, { recipe }));
  expect(differing((await loadRun(out)).state, (await loadRun(straight)).state)).toEqual([]);
});

test('the first step is told, so that the run is seen to move', async () => {
  const events = await eventsOf(tinyOptions(await temporaryFolder(), { logEvery: 5 }));
  expect(ofKind(events, 'step').map(({ step }) => step)).toEqual([1, 5, 8]);
});
