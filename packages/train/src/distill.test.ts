import { inMemory, syntheticFaces } from '@hm/datasets';
import { expect, it } from 'vitest';
import { resolveOptions } from './options.ts';
import { loadRun } from './run-folder/load-run.ts';
import {
  differing,
  eventsOf,
  temporaryFolder,
  tinyFaces,
  tinyOptions,
  tinyRecipe,
} from './testing/tiny-run.ts';

/** Others than those who are trained on. */
const unlabeled = inMemory(
  syntheticFaces({ identities: 3, imagesPerIdentity: 8, hardness: 0, seed: 9, size: 32 }),
);

type State = Awaited<ReturnType<typeof loadRun>>['state'];

/** How far the network went from where it began. */
const moved = (state: State) =>
  Object.entries(state)
    .filter(([name]) => name.startsWith('teacher.params.'))
    .map(([name, { data }]) => {
      const now = state[name.replace('teacher.params.', 'params.backbone.')]!.data;
      return Array.from(data, Number).reduce(
        (sum, value, index) => sum + (value - Number(now[index])) ** 2,
        0,
      );
    })
    .reduce((sum, part) => sum + part, 0);

it('holds the network by its embeddings of other images, through a stop too, and refuses what nobody looks at', async () => {
  const trained = async (distill: number, stopAt?: number) => {
    const out = await temporaryFolder();
    const recipe = { ...tinyRecipe, distill };
    const stop = new AbortController();
    await eventsOf(tinyOptions(out, { recipe, unlabeled, signal: stop.signal, logEvery: 1 }), (event) => {
      if (event.kind === 'step' && event.step === stopAt) stop.abort();
    });
    if (stopAt !== undefined) await eventsOf(tinyOptions(out, { recipe, unlabeled, resume: true }));
    return (await loadRun(out)).state;
  };
  const [free, held, stopped] = [await trained(0), await trained(3), await trained(3, 3)];
  expect(moved(held)).toBeLessThan(0.9 * moved(free));
  expect(differing(held, stopped)).toEqual([]);
  expect(
    differing(
      held,
      free,
      Object.keys(held).filter((name) => name.startsWith('teacher.')),
    ),
  ).toEqual([]);
  const out = await temporaryFolder();
  const recipe = { ...tinyRecipe, distill: 3 };
  await eventsOf(tinyOptions(out, { recipe, unlabeled }));
  const others = inMemory(
    syntheticFaces({ identities: 3, imagesPerIdentity: 8, hardness: 0, seed: 10, size: 32 }),
  );
  await expect(eventsOf(tinyOptions(out, { recipe, unlabeled: others, resume: true }))).rejects.toThrow(
    /the images that the run was trained on, got 24 of 24 looked at that differ/,
  );
  expect(() => resolveOptions(tinyOptions('unused', { unlabeled }))).toThrow(/a recipe with distill/);
  const few = { ...tinyRecipe, distill: 1, batchSize: 32 };
  expect(() => resolveOptions(tinyOptions('unused', { unlabeled, data: tinyFaces, recipe: few }))).toThrow(
    /one batch of 32 images, got 24/,
  );
});
