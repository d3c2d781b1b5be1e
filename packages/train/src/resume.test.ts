import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { headByName } from '@hm/losses';
import { resnet18 } from '@hm/resnet';
import { InvalidArgumentError } from '@hm/tensor';
import { expect, test } from 'vitest';
import type { TrainOptions } from './options.ts';
import { listCheckpoints } from './run-folder/checkpoint-folder.ts';
import { loadRun } from './run-folder/load-run.ts';
import { tinyBackbone } from './testing/tiny-backbone.mjs';
import { eventsOf, ofKind, temporaryFolder, tinyOptions, tinyRecipe } from './testing/tiny-run.ts';

/** Trains until a step is told, as Ctrl-C would stop it. */
async function stopAt(step: number, options: TrainOptions) {
  const controller = new AbortController();
  return eventsOf({ ...options, logEvery: 1, signal: controller.signal }, (event) => {
    if (event.kind === 'step' && event.step === step) controller.abort();
  });
}

const metricsOf = async (out: string): Promise<{ kind: string; step?: number; loss?: number }[]> =>
  (await readFile(join(out, 'metrics.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test.each([3, 4, 6])('stopped after step %i and resumed, a run ends with the same bits', async (step) => {
  const [straight, stopped] = [await temporaryFolder(), await temporaryFolder()];
  const reference = await eventsOf(tinyOptions(straight));
  const first = await stopAt(step, tinyOptions(stopped));
  expect(first.at(-1)).toMatchObject({
    kind: 'stopped',
    step,
    steps: 8,
    resume: expect.stringContaining('resume'),
  });
  const second = await eventsOf(tinyOptions(stopped, { resume: true }));
  expect(second[0]).toMatchObject({ kind: 'start', step });
  expect((await loadRun(stopped)).state).toEqual((await loadRun(straight)).state);
  expect((await loadRun(stopped)).progress).toEqual((await loadRun(straight)).progress);
  expect(ofKind(second, 'epoch').at(-1)!.loss).toBe(ofKind(reference, 'epoch').at(-1)!.loss);
});

test('ResNet-18 with ArcFace too', async () => {
  const [straight, stopped] = [await temporaryFolder(), await temporaryFolder()];
  const changes: Partial<TrainOptions> = {
    backbone: resnet18({ imageSize: [32, 32], embeddingNorm: true, embeddingSize: 32 }),
    head: headByName('hm-arcface'),
    recipe: { ...tinyRecipe, epochs: 1 },
  };
  await eventsOf(tinyOptions(straight, changes));
  await stopAt(2, tinyOptions(stopped, changes));
  await eventsOf(tinyOptions(stopped, { ...changes, resume: true }));
  const [a, b] = [await loadRun(straight), await loadRun(stopped)];
  const different = Object.keys(a.state).filter(
    (name) => !Buffer.from(a.state[name]!.data.buffer).equals(Buffer.from(b.state[name]!.data.buffer)),
  );
  expect(different).toEqual([]);
});

test('metrics.jsonl after a resume has each step once', async () => {
  const out = await temporaryFolder();
  await stopAt(2, tinyOptions(out));
  const half = JSON.stringify({ kind: 'step', step: 3, loss: 1 });
  await writeFile(
    join(out, 'metrics.jsonl'),
    `${await readFile(join(out, 'metrics.jsonl'), 'utf8')}${half}\n{"kind":"st`,
  );
  await eventsOf(tinyOptions(out, { resume: true, logEvery: 1 }));
  const steps = (await metricsOf(out)).filter(({ kind }) => kind === 'step').map(({ step }) => step);
  expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a signal that is already raised stops before the first step, with a checkpoint', async () => {
  const out = await temporaryFolder();
  const events = await eventsOf(tinyOptions(out, { signal: AbortSignal.abort() }));
  expect(events.map(({ kind }) => kind)).toEqual(['start', 'checkpoint', 'stopped']);
  expect((await loadRun(out)).progress.step).toBe(0);
});

test('a run that was left before its first checkpoint begins again', async () => {
  const [straight, left] = [await temporaryFolder(), await temporaryFolder()];
  await eventsOf(tinyOptions(straight));
  await eventsOf(tinyOptions(left, { logEvery: 1 }), ({ kind }) => {
    if (kind === 'step') throw new RangeError('enough');
  }).catch(() => undefined);
  expect(await listCheckpoints(left)).toEqual([]);
  const events = await eventsOf(tinyOptions(left, { resume: true }));
  expect(events[0]).toMatchObject({ kind: 'start', step: 0 });
  expect((await loadRun(left)).state).toEqual((await loadRun(straight)).state);
});

test('a finished run has nothing to do', async () => {
  const out = await temporaryFolder();
  await eventsOf(tinyOptions(out));
  const events = await eventsOf(tinyOptions(out, { resume: true }));
  expect(events.map(({ kind }) => kind)).toEqual(['start', 'done']);
});

test('a damaged newest checkpoint is told, and the one before used', async () => {
  const [straight, damaged] = [await temporaryFolder(), await temporaryFolder()];
  await eventsOf(tinyOptions(straight));
  await stopAt(5, tinyOptions(damaged, { checkpointEvery: 2 }));
  const [newest] = await listCheckpoints(damaged);
  await truncate(newest!, 1000);
  const events = await eventsOf(tinyOptions(damaged, { resume: true }));
  expect(events[0]).toEqual({
    kind: 'damaged',
    path: newest,
    reason: expect.stringContaining('expected a header of at most 992 bytes'),
  });
  expect(events[1]).toMatchObject({ kind: 'start', step: 4 });
  expect((await loadRun(damaged)).state).toEqual((await loadRun(straight)).state);
});

test('with the newest two damaged, both are told and the one before is gone on from', async () => {
  const [straight, damaged] = [await temporaryFolder(), await temporaryFolder()];
  await eventsOf(tinyOptions(straight));
  await stopAt(6, tinyOptions(damaged, { checkpointEvery: 2, keep: 3 }));
  const [newest, before] = await listCheckpoints(damaged);
  await truncate(newest!, 1000);
  await writeFile(before!, 'something else');
  const events = await eventsOf(tinyOptions(damaged, { resume: true, keep: 3 }));
  expect(events.slice(0, 3)).toMatchObject([
    { kind: 'damaged', path: newest },
    { kind: 'damaged', path: before },
    { kind: 'start', step: 2 },
  ]);
  expect((await loadRun(damaged)).state).toEqual((await loadRun(straight)).state);
});

test('another configuration is an error that names each difference', async () => {
  const out = await temporaryFolder();
  await stopAt(2, tinyOptions(out));
  const recipe = { ...tinyRecipe, epochs: 3, schedule: { kind: 'cosine' as const } };
  const changes = { resume: true, recipe, backbone: tinyBackbone({ embeddingSize: 8 }) };
  const error = await eventsOf(tinyOptions(out, changes)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InvalidArgumentError);
  expect(error).toMatchObject({
    fields: {
      differences: [
        'recipe.epochs: 2 in the run, 3 now',
        'recipe.schedule.warmupEpochs: 0.25 in the run, nothing now',
        'backbone.config.embeddingSize: 16 in the run, 8 now',
      ],
    },
  });
});

test('a folder with a run is not overwritten, and one without is not resumed', async () => {
  const out = await temporaryFolder();
  await expect(eventsOf(tinyOptions(out, { resume: true }))).rejects.toThrow(/without run\.json/);
  await stopAt(1, tinyOptions(out));
  await expect(eventsOf(tinyOptions(out))).rejects.toThrow(/resume: true/);
});
