import { mkdir, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { VerificationProtocol } from '@hm/datasets';
import { loadEmbedder, type VerificationResult, verify } from '@hm/eval';
import { headByName } from '@hm/losses';
import { backboneByName } from '@hm/resnet';
import { readRegularText, writeFileSafely } from '@hm/tensor/files';
import {
  type EpochEvent,
  exportRun,
  type HardnessEvent,
  loadRun,
  readConfig,
  type TrainEvent,
  train,
} from '@hm/train';
import type { StudyCell } from './cells.ts';
import { openStudyData, type StudyData } from './data/open-study-data.ts';
import { peopleOf } from './people-of.ts';
import type { StudyRow, TestScore } from './rows.ts';

/** Where a cell works. */
export interface CellPlace {
  study: string;
  /** The folder that the plan's paths start from. */
  root: string;
  /** The study's folder. */
  out: string;
  onEvent?: (event: TrainEvent) => void;
}

/**
 * Trains one network with one thread, keeps the checkpoint that validation people find best, and scores it. Called again
 * after any kill it goes on from the last checkpoint.
 */
export async function runCell(cell: StudyCell, place: CellPlace): Promise<StudyRow> {
  const began = performance.now();
  const imageSize = cell.backbone.imageSize ?? [112, 112];
  const data = await openStudyData(cell.data, imageSize, place.root);
  const run = join(place.out, 'runs', `${cell.configuration}-${cell.stage}`);
  await trainCell(cell, data, run, place.onEvent);
  const best = await loadRun(run, 'best');
  const tests = cell.stage === 'final' ? await scoreCell(cell, data, await exportRun(best), place.out) : {};
  const { environment } = (await readConfig(run))!;
  const events = await readEvents(run);
  const mined = events.filter((event): event is HardnessEvent => event.kind === 'hardness');
  const row: StudyRow = {
    study: place.study,
    ...{ stage: cell.stage, condition: cell.condition, arm: cell.arm, seed: cell.seed },
    ...{ configuration: cell.configuration, recipe: cell.recipe },
    kernels: 'onnx cpu, 1 thread',
    versions: environment.versions,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    time: new Date().toISOString(),
    seconds: Math.round((performance.now() - began) / 100) / 10,
    data: {
      ...{ images: data.train.length, classes: data.train.classes },
      mislabeled: data.train.changed.reduce((sum, one) => sum + one, 0),
    },
    epochs: events
      .filter((event): event is EpochEvent => event.kind === 'epoch')
      .map(({ loss, accuracy }) => ({ loss, ...(accuracy !== undefined && { accuracy }) })),
    ...(mined.length > 0 && { hardness: mined.map(withoutPlace) }),
    validation: { step: best.progress.best!.step, score: best.progress.best!.score },
    tests,
  };
  return row;
}

async function trainCell(
  cell: StudyCell,
  data: StudyData,
  out: string,
  onEvent?: (event: TrainEvent) => void,
): Promise<void> {
  const begun = (await readConfig(out)) !== undefined;
  const { name, ...options } = cell.backbone;
  const run = train({
    data: data.train,
    backbone: backboneByName(name, options),
    head: headByName(cell.loss, cell.options),
    ...{ recipe: cell.recipe, out, seed: cell.seed, resume: begun, keep: 1, hardness: true },
    engine: { kind: 'onnx', threads: 1 },
    workers: 1,
    validate: (model) => validationScore(model, data.validation),
  });
  for await (const event of run) onEvent?.(event);
}

/** The area under the curve: finer than the accuracy on few pairs. */
async function validationScore(model: Uint8Array, protocol: VerificationProtocol) {
  const { auc } = await scored(model, protocol, false);
  return { name: 'auc', score: auc };
}

async function scored(
  model: Uint8Array,
  protocol: VerificationProtocol,
  scores: boolean,
): Promise<VerificationResult> {
  const embedder = await loadEmbedder(model, { threads: 1 });
  try {
    return await verify(embedder, protocol, { scores });
  } finally {
    await embedder.release();
  }
}

async function scoreCell(
  { configuration, condition }: StudyCell,
  { tests }: StudyData,
  model: Uint8Array,
  out: string,
): Promise<Record<string, TestScore>> {
  const results: Record<string, TestScore> = {};
  for (const name of ['scores', 'pairs']) await mkdir(join(out, name), { recursive: true });
  for (const [test, protocol] of Object.entries(tests)) {
    const result = await scored(model, protocol, true);
    const distances = Float32Array.from(result.scores!, ({ distance }) => distance);
    await writeFileSafely(
      join(out, 'scores', `${configuration}.${test}.f32`),
      new Uint8Array(distances.buffer),
    );
    await writeFileSafely(
      join(out, 'pairs', `${condition}.${test}.json`),
      new TextEncoder().encode(`${JSON.stringify(peopleOf(protocol))}\n`),
    );
    const { pairs, accuracy, auc, eer, tarAtFar, folds } = result;
    results[test] = {
      pairs,
      accuracy,
      auc,
      eer,
      tarAtFar,
      thresholds: folds.map(({ threshold }) => threshold),
    };
  }
  return results;
}

/** An event's numbers, without when and where they were written. */
function withoutPlace({ epoch, samples, easyShare, meanGate, histogram }: HardnessEvent) {
  return {
    ...{ epoch, samples, histogram },
    ...(easyShare !== undefined && meanGate !== undefined && { easyShare, meanGate }),
  };
}

async function readEvents(run: string): Promise<TrainEvent[]> {
  const text = await readRegularText(join(run, 'metrics.jsonl'));
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Removes what only resuming needs. */
export const removeRun = ({ configuration, stage }: StudyCell, out: string): Promise<void> =>
  rm(join(out, 'runs', `${configuration}-${stage}`), { recursive: true, force: true });
