import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readMetadata } from '@hm/onnx/session';
import { expect, test } from 'vitest';
import { readConfig } from './begin-run.ts';
import { exportRun } from './export/export-run.ts';
import { loadRun } from './run-folder/load-run.ts';
import { tinyBackbone } from './testing/tiny-backbone.mjs';
import { differing, eventsOf, ofKind, temporaryFolder, tinyOptions, tinyRecipe } from './testing/tiny-run.ts';

const scores: Record<number, number> = { 2: 0.5, 4: 0.9, 6: 0.7, 8: 0.9 };

test('the network is scored as it is, and the best checkpoint is kept apart', async () => {
  const out = await temporaryFolder();
  const models: Uint8Array[] = [];
  const validate = async (model: Uint8Array, step: number) => {
    models.push(model);
    return { name: 'accuracy', score: scores[step]! };
  };
  const events = await eventsOf(
    tinyOptions(out, { validate, validateEvery: 2, keep: 1, recipe: { ...tinyRecipe, averageDecay: 0.9 } }),
  );
  const told = ofKind(events, 'validation');
  expect(told.map(({ step, score, best }) => [step, score, best])).toEqual([
    [2, 0.5, true],
    [4, 0.9, true],
    [6, 0.7, false],
    [8, 0.9, false],
  ]);
  const best = await loadRun(out, 'best');
  expect(best.progress).toMatchObject({ step: 4, best: { step: 4, name: 'accuracy', score: 0.9 } });
  expect((await loadRun(out)).progress.best).toEqual(best.progress.best);
  // What was scored at step 4 is what the best checkpoint exports, graph and weights.
  const [again] = [await exportRun(best, { backbone: tinyBackbone(), weights: 'average' })];
  expect(Buffer.from(models[1]!).equals(Buffer.from(again))).toBe(true);
  expect(readMetadata(models[1]!)['hm.embeddingSize']).toBe('16');
});

test('a run that is stopped and goes on knows its best, and trains as one without validation', async () => {
  const [stopped, plain] = [await temporaryFolder(), await temporaryFolder()];
  const validate = async (_: Uint8Array, step: number) => ({ name: 'accuracy', score: scores[step]! });
  const controller = new AbortController();
  const options = tinyOptions(stopped, { validate, validateEvery: 2, logEvery: 1 });
  await eventsOf({ ...options, signal: controller.signal }, (event) => {
    if (event.kind === 'step' && event.step === 5) controller.abort();
  });
  const events = await eventsOf({ ...options, resume: true });
  expect(ofKind(events, 'validation').map(({ step, best }) => [step, best])).toEqual([
    [6, false],
    [8, false],
  ]);
  await eventsOf(tinyOptions(plain));
  expect(differing((await loadRun(stopped)).state, (await loadRun(plain)).state)).toEqual([]);
});

test('a run that is stopped during a validation ends when it goes on without any', async () => {
  const out = await temporaryFolder();
  const stop = new AbortController();
  const validate = () => {
    stop.abort();
    return new Promise<never>(() => {});
  };
  const first = await eventsOf(tinyOptions(out, { validate, validateEvery: 2, signal: stop.signal }));
  expect(first.at(-1)).toMatchObject({ kind: 'stopped', step: 2 });
  expect((await loadRun(out)).progress.unvalidated).toBe(true);
  const rest = await eventsOf(tinyOptions(out, { resume: true }));
  expect(rest.at(-1)).toMatchObject({ kind: 'done', step: 8 });
  expect((await loadRun(out)).progress).not.toHaveProperty('unvalidated');
});

test('run.json says where and how the run began, which a resumed one need not repeat', async () => {
  const out = await temporaryFolder();
  await eventsOf(tinyOptions(out, { command: { loss: 'cosface' }, signal: AbortSignal.abort() }));
  const { environment, seed } = (await readConfig(out))!;
  expect(seed).toBe(1);
  expect(environment).toMatchObject({
    versions: { node: process.versions.node },
    platform: `${process.platform} ${process.arch}`,
    command: { loss: 'cosface' },
  });
  if (environment.git) expect(environment.git.revision).toMatch(/^[0-9a-f]{40}/);
  const events = await eventsOf(tinyOptions(out, { resume: true }));
  expect(events.at(-1)!.kind).toBe('done');
  expect(JSON.parse(await readFile(join(out, 'run.json'), 'utf8')).environment).toEqual(environment);
});
