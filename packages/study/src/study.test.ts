import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEvents } from '@hm/train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// The built package: a study's networks are trained by its processes.
import {
  countCells,
  mergeStudies,
  readRows,
  type StudyPlan,
  type StudyRow,
  study,
  summarizeStudy,
  summaryMarkdown,
} from '../dist/index.js';
import { tinyPlan } from './testing.ts';

let folder = '';
let rows: StudyRow[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-study-'));
  rows = await study(tinyPlan, { out: folder, jobs: 2 });
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

/** The part of the events that two runs of one configuration share: all but times and rates. */
const lasting = ({ time: _, seconds: __, ...row }: StudyRow) => row;
const finals = () => rows.filter(({ stage }) => stage === 'final');

describe('study', () => {
  it('tunes each arm over the same grid, and then trains it with every seed', () => {
    const tuning = rows.filter(({ stage }) => stage === 'tuning');
    expect(tuning.map(({ arm, seed }) => [arm, seed])).toHaveLength(4);
    expect(new Set(tuning.map(({ arm, recipe }) => `${arm} ${recipe!.learningRate.toFixed(3)}`))).toEqual(
      new Set(['ce 0.010', 'ce 0.020', 'hm-ce 0.015', 'hm-ce 0.030']),
    );
    for (const arm of ['ce', 'hm-ce']) {
      const best = Math.max(...tuning.filter((row) => row.arm === arm).map((row) => row.validation.score));
      const chosen = tuning.find((row) => row.arm === arm && row.validation.score === best)!;
      const own = finals().filter((row) => row.arm === arm);
      expect(own.map(({ seed }) => seed).sort()).toEqual([1, 2]);
      for (const row of own) expect(row.recipe).toEqual(chosen.recipe);
    }
  });

  it('scores the checkpoint that validation chose on people that nobody was trained on', () => {
    for (const { tests, data, epochs, validation } of finals()) {
      expect(tests.heldOut).toMatchObject({ pairs: 40 });
      expect(tests.heldOut!.thresholds).toHaveLength(10);
      expect(data).toEqual({ images: 36, classes: 6, mislabeled: 9 });
      expect(epochs).toHaveLength(2);
      expect([3, 6]).toContain(validation.step);
    }
  });

  it('keeps each pair’s distance, and who is in the pair, without names', async () => {
    const pairs = JSON.parse(readFileSync(join(folder, 'pairs', 'as it is.heldOut.json'), 'utf8'));
    for (const [index, same] of pairs.same.entries())
      expect(pairs.first[index] === pairs.second[index]).toBe(same);
    const [row] = finals();
    const bytes = readFileSync(join(folder, 'scores', `${row!.configuration}.heldOut.f32`));
    const distances = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const { thresholds, accuracy } = row!.tests.heldOut!;
    const right = [...distances].filter(
      (distance, pair) => distance < thresholds[pairs.fold[pair]]! === pairs.same[pair],
    );
    expect(right.length / 40).toBeCloseTo(accuracy, 12);
  });

  it('compares the arms over the seeds that both have, and says what could have been seen', async () => {
    const summary = await summarizeStudy(tinyPlan, folder);
    expect(summary.arms.map(({ arm, accuracies }) => [arm, accuracies.length])).toEqual([
      ['ce', 2],
      ['hm-ce', 2],
    ]);
    const [only] = summary.comparisons;
    const meanOf = (arm: string) =>
      finals()
        .filter((row) => row.arm === arm)
        .reduce((sum, { tests }) => sum + tests.heldOut!.accuracy / 2, 0);
    expect(only).toMatchObject({ first: 'ce', second: 'hm-ce', seeds: [1, 2] });
    expect(only!.difference).toBeCloseTo(meanOf('hm-ce') - meanOf('ce'), 12);
    expect(only!.correctedPValue).toBe(only!.pValue);
    expect(only!.detectable).toBeGreaterThan(only!.standardError);
    expect(summaryMarkdown(tinyPlan, summary)).toContain('| as it is | heldOut | hm-ce − ce | 2 |');
  });

  it('puts parts of several machines together, each network once', async () => {
    const other = join(folder, 'merged');
    expect(await mergeStudies(other, [folder, folder])).toBe(8);
    expect(await summarizeStudy(tinyPlan, other)).toEqual(await summarizeStudy(tinyPlan, folder));
    expect(await study(tinyPlan, { out: other })).toHaveLength(8);
  });

  it('reports each plan on its own networks where several plans share a folder', async () => {
    const other = join(folder, 'shared');
    await mergeStudies(other, [folder]);
    const { tuning: _, ...untuned } = tinyPlan;
    const shorter = { ...untuned, name: 'shorter', recipe: { ...tinyPlan.recipe, epochs: 1 } };
    const own = (await study(shorter, { out: other, jobs: 2 })).filter((row) => row.study === 'shorter');
    expect(await summarizeStudy(tinyPlan, other)).toEqual(await summarizeStudy(tinyPlan, folder));
    const { arms } = await summarizeStudy(shorter, other);
    expect(arms.map(({ accuracies }) => accuracies)).toEqual(
      ['ce', 'hm-ce'].map((arm) =>
        [1, 2].map(
          (seed) => own.find((row) => row.arm === arm && row.seed === seed)!.tests.heldOut!.accuracy,
        ),
      ),
    );
  }, 300_000);

  it('does nothing when nothing is lacking', async () => {
    const before = readFileSync(join(folder, 'rows.jsonl'), 'utf8');
    expect(await study(tinyPlan, { out: folder })).toEqual(rows.toSorted(byLine(before)));
    expect(readFileSync(join(folder, 'rows.jsonl'), 'utf8')).toBe(before);
    expect(await readdir(join(folder, 'runs'))).toEqual([]);
  });

  it('trains again what was lost, to the same numbers, after a line that was cut off', async () => {
    const lines = readFileSync(join(folder, 'rows.jsonl'), 'utf8').trimEnd().split('\n');
    const lost: StudyRow = JSON.parse(lines.at(-1)!);
    await writeFile(join(folder, 'rows.jsonl'), `${lines.slice(0, -1).join('\n')}\n`);
    appendFileSync(join(folder, 'rows.jsonl'), lines.at(-1)!.slice(0, 100));
    await study(tinyPlan, { out: folder });
    const again = await readRows(folder);
    expect(again.map(lasting).at(-1)).toEqual(lasting(lost));
  }, 300_000);

  it('trains a network once that several arms share, and reports it for each', async () => {
    const plan: StudyPlan = {
      ...tinyPlan,
      // Half of the second rate is the first.
      arms: {
        ce: { loss: 'ce' },
        half: { loss: 'ce', recipe: { learningRateFactor: 0.5 } },
        same: { loss: 'ce' },
      },
      seeds: [1],
      comparisons: [],
    };
    const out = join(folder, 'shared-networks');
    const seen: string[] = [];
    const trained = await study(plan, {
      ...{ out, jobs: 3 },
      onEvent: (event) => event.kind === 'row' && seen.push(`${event.done}/${event.cells}`),
    });
    const configurations = trained.map(({ stage, configuration }) => `${stage} ${configuration}`);
    expect(new Set(configurations).size).toBe(configurations.length);
    expect(trained.filter(({ stage }) => stage === 'tuning')).toHaveLength(3);
    expect(seen.at(-1)).toBe('9/9');
    const { arms } = await summarizeStudy(plan, out);
    expect(arms.map(({ arm }) => arm)).toEqual(['ce', 'half', 'same']);
    expect(arms[2]!.accuracies).toEqual(arms[0]!.accuracies);
  }, 300_000);

  it('stops when it is told to, and goes on from there to the same numbers', async () => {
    const other = join(folder, 'stopped');
    const stop = new AbortController();
    const plan = {
      ...tinyPlan,
      arms: { ce: { loss: 'ce' } },
      comparisons: [],
      tuning: { grid: [{}], seed: 9 },
      seeds: [1],
    };
    const part = await study(plan, {
      out: other,
      signal: stop.signal,
      onEvent: ({ kind }) => kind === 'epoch' && stop.abort(),
    });
    expect(part).toEqual([]);
    const [run] = await readdir(join(other, 'runs'));
    expect((await readEvents(join(other, 'runs', run!))).at(-1)).toMatchObject({ kind: 'stopped', step: 3 });
    const [first] = await study(plan, { out: other });
    const whole = await study({ ...plan, name: 'tiny' }, { out: join(folder, 'whole') });
    expect(lasting(first!)).toEqual(lasting(whole[0]!));
  }, 300_000);
});

it('trains the network of a file further, and judges it as it was', async () => {
  const file = fileURLToPath(new URL('../../resnet/golden/iresnet.onnx', import.meta.url));
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  const { recipe: _, tuning: __, ...rest } = tinyPlan;
  const plan: StudyPlan = {
    ...rest,
    backbone: { pretrained: basename(file), sha256 },
    recipe: { epochs: 1, batchSize: 12 },
    arms: { before: { loss: null }, after: { loss: 'hm-arcface' } },
    comparisons: [['before', 'after']],
  };
  const out = join(folder, 'pretrained');
  const rows = await study(plan, { out, root: dirname(file) });
  expect(rows.map(({ arm, seed, recipe }) => [arm, seed, recipe?.name])).toEqual([
    ['before', 1, undefined],
    ['after', 1, 'finetune'],
    ['after', 2, 'finetune'],
  ]);
  expect(countCells(plan)).toBe(3);
  const accuracies = rows.map(({ tests }) => tests.heldOut!.accuracy);
  const summary = await summarizeStudy(plan, out);
  const { comparisons } = summary;
  expect(comparisons[0]).toMatchObject({ first: 'before', seeds: [1, 2] });
  expect(comparisons[0]!.difference).toBeCloseTo((accuracies[1]! + accuracies[2]!) / 2 - accuracies[0]!, 12);
  expect(summaryMarkdown(plan, summary)).toContain('| before | – | 1 |');
  const other = { ...plan, backbone: { pretrained: basename(file), sha256: '0'.repeat(64) } };
  await expect(study(other, { out: join(folder, 'other'), root: dirname(file) })).rejects.toThrow(
    /with the SHA-256 0000/,
  );
}, 300_000);

it('leaves out of training what looks mislabeled to a network, and tells of both kinds of labels', async () => {
  const file = fileURLToPath(new URL('../../../tools/study/drawn-embedder.onnx', import.meta.url));
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  const { tuning: _, ...rest } = tinyPlan;
  const plan: StudyPlan = {
    ...rest,
    arms: { ce: { loss: 'ce' }, 'hm-ce': { loss: 'hm-ce' } },
    conditions: { noisy: {}, cleaned: { clean: { model: basename(file), sha256 } } },
  };
  const out = join(folder, 'cleaned');
  const rows = await study(plan, { out, root: dirname(file) });
  for (const { condition, data, hardness } of rows) {
    expect(data.mislabeled + (data.removed?.mislabeled ?? 0)).toBe(9);
    expect(data.images + (data.removed?.images ?? 0)).toBe(36);
    expect(data.removed === undefined).toBe(condition === 'noisy');
    if (condition === 'cleaned') expect(data.removed!.images).toBeGreaterThan(0);
    for (const { samples, groups, ...readings } of hardness!) {
      expect(Object.keys(readings)).not.toContain('time');
      expect(groups !== undefined).toBe(data.mislabeled > 0);
      if (groups) expect(groups.reduce((sum, group) => sum + group.samples, 0)).toBe(samples);
    }
  }
  const markdown = summaryMarkdown(plan, await summarizeStudy(plan, out));
  expect(markdown).toMatch(/\| noisy \| hm-ce \| \d/);
  const other = {
    ...plan,
    conditions: { cleaned: { clean: { model: basename(file), sha256: 'f'.repeat(64) } } },
  };
  await expect(study(other, { out: join(folder, 'other'), root: dirname(file) })).rejects.toThrow(
    /SHA-256 ffff/,
  );
}, 300_000);

const byLine = (text: string) => (a: StudyRow, b: StudyRow) =>
  text.indexOf(JSON.stringify(a)) - text.indexOf(JSON.stringify(b));
