import { mkdir, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { defaultPreprocessing, type Preprocessing, type VerificationProtocol } from '@hm/datasets';
import { type Embedder, type EmbedderOptions, loadEmbedder, validator, verify } from '@hm/eval';
import { headByName } from '@hm/losses';
import { backboneByName } from '@hm/resnet';
import { readRegularFile, writeFileSafely } from '@hm/tensor/files';
import { HmError } from '@hm/tensor/host';
import {
  type EpochEvent,
  exportRun,
  type FineTuneOptions,
  fineTune,
  type HardnessEvent,
  loadRun,
  type PretrainedBackbone,
  pretrainedBackbone,
  type Recipe,
  readConfig,
  readEvents,
  type TrainEvent,
  train,
} from '@hm/train';
import type { StudyCell } from './cells.ts';
import type { NoisyData } from './data/label-noise.ts';
import { openStudyData, type StudyData } from './data/open-study-data.ts';
import { peopleOf } from './people-of.ts';
import { readAgreed } from './read-agreed.ts';
import type { StudyRow, TestScore } from './rows.ts';

/** Engine that trains and scores a network. */
export interface CellEngine {
  /** Execution provider of ONNX Runtime. */
  provider: Embedder['provider'];
  /** Number of ONNX Runtime's threads. */
  threads: number;
}

/** Where and how a cell runs. */
export interface CellPlace {
  study: string;
  /** Folder that the plan's paths start from. */
  root: string;
  /** Folder of the study. */
  out: string;
  engine: CellEngine;
  onEvent?: (event: TrainEvent) => void;
  /** Signal to stop training with a checkpoint. */
  signal?: AbortSignal;
}

/**
 * Trains one network, picks the checkpoint that scores best on the validation people, and scores it. A network that is
 * not trained is only scored. Called again after being stopped or killed, it resumes from the last checkpoint.
 *
 * @returns its row; undefined if the signal stopped it.
 */
export async function runCell(cell: StudyCell, place: CellPlace): Promise<StudyRow | undefined> {
  const began = performance.now();
  const network = await openNetwork(cell.backbone, place.root);
  const data = await openStudyData(cell.data, network.backbone.imageSize, place.root);
  const found =
    cell.loss === null
      ? await untrained(network, data, place.engine)
      : await trainCell({ ...cell, loss: cell.loss }, network, data, place);
  if (found === undefined) return undefined;
  const { model, versions, ...trained } = found;
  const tests = cell.stage === 'final' ? await scoreCell(cell, data, await model(), place) : {};
  return {
    study: place.study,
    ...{ stage: cell.stage, condition: cell.condition, arm: cell.arm, seed: cell.seed },
    configuration: cell.configuration,
    kernels: describe(place.engine),
    versions,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    time: new Date().toISOString(),
    seconds: Math.round((performance.now() - began) / 100) / 10,
    data: {
      ...{ images: data.train.length, classes: data.train.classes },
      mislabeled: data.train.changed.reduce((sum, one) => sum + one, 0),
      ...('removed' in data.train && { removed: data.train.removed }),
    },
    ...trained,
    tests,
  };
}

/** A cell with a loss, whose network is trained. */
export type TrainedCell = StudyCell & { loss: string };

/** A network, and the file with its initial weights, if any. */
interface Network {
  backbone: PretrainedBackbone;
  pretrained?: string;
}

/** Opens the network that a plan names. */
export async function openNetwork(plan: StudyCell['backbone'], root: string): Promise<Network> {
  if ('name' in plan) {
    const { name, ...options } = plan;
    return { backbone: backboneByName(name, options) };
  }
  const pretrained = resolve(root, plan.pretrained);
  await readAgreed(pretrained, plan.sha256, 'plan.backbone');
  return { backbone: await pretrainedBackbone(pretrained), pretrained };
}

/** Members of a row that come from training, and the trained network. */
type Trained = Pick<StudyRow, 'recipe' | 'versions' | 'epochs' | 'hardness' | 'diverged' | 'validation'> & {
  model(): Promise<Model>;
};

/** A network's file, and how to prepare its images if the file does not say so. */
interface Model {
  file: Uint8Array;
  preprocessing?: Preprocessing;
}

/** Returns the options for training a cell, except for the run's folder. */
export async function trainingOf(cell: TrainedCell, network: Network, data: NoisyData, engine: CellEngine) {
  const recipe = network.pretrained
    ? await fineTune(network.backbone, data, cell.recipe as FineTuneOptions)
    : (cell.recipe as Recipe);
  return {
    ...{ ...network, recipe, data, seed: cell.seed, hardness: true },
    ...(data.changed.includes(1) && { hardnessGroups: data.changed }),
    head: headByName(cell.loss, cell.options),
    engine: { kind: 'onnx' as const, ...engine },
    ...(engine.threads === 1 && { workers: 1 }),
  };
}

async function trainCell(
  cell: TrainedCell,
  network: Network,
  data: StudyData,
  place: CellPlace,
): Promise<Trained | undefined> {
  const out = join(place.out, 'runs', `${cell.configuration}-${cell.stage}`);
  const training = await trainingOf(cell, network, data.train, place.engine);
  const run = train({
    ...{ ...training, out, keep: 1 },
    ...(place.signal && { signal: place.signal }),
    resume: (await readConfig(out)) !== undefined,
    validate: validatorOf(data, place.engine),
  });
  const recipe = { recipe: training.recipe };
  const versions = async () => (await readConfig(out))!.environment.versions;
  try {
    for await (const event of run) {
      place.onEvent?.(event);
      if (event.kind === 'stopped') return undefined;
    }
  } catch (error) {
    if (cell.stage !== 'tuning' || !HmError.isInstance(error) || error.code !== 'non-finite') throw error;
    return { ...recipe, versions: await versions(), ...DIVERGED, model: () => Promise.reject(error) };
  }
  const best = await loadRun(out, 'best');
  const events = await readEvents(out);
  const mined = events.filter((event): event is HardnessEvent => event.kind === 'hardness');
  const { step, score } = best.progress.best!;
  return {
    ...recipe,
    versions: await versions(),
    epochs: events
      .filter((event): event is EpochEvent => event.kind === 'epoch')
      .map(({ loss, accuracy }) => ({ loss, ...(accuracy !== undefined && { accuracy }) })),
    ...(mined.length > 0 && { hardness: mined.map(withoutPlace) }),
    validation: { step, score },
    model: async () => ({ file: await exportRun(best, { backbone: network.backbone }) }),
  };
}

/** What tuning learns from a setting that diverges: that any other is better. No area under a curve is below 0. */
const DIVERGED = { epochs: [], diverged: true, validation: { step: 0, score: 0 } } as const;

/** Validates the network of a file without training it. */
async function untrained(
  { backbone, pretrained }: Network,
  data: StudyData,
  engine: CellEngine,
): Promise<Trained> {
  const [height, width] = backbone.imageSize;
  const { preprocessing = { ...defaultPreprocessing, height, width } } = backbone;
  const model = { file: await readRegularFile(pretrained!), preprocessing };
  const { score } = await validatorOf(data, { ...engine, preprocessing })(model.file);
  return {
    versions: { node: process.versions.node },
    epochs: [],
    validation: { step: 0, score },
    model: async () => model,
  };
}

async function scored({ file, ...options }: Model, protocol: VerificationProtocol, engine: CellEngine) {
  const embedder = await loadEmbedder(file, { ...options, ...engine });
  try {
    return await verify(embedder, protocol, { scores: true });
  } finally {
    await embedder.release();
  }
}

const validatorOf = ({ validation }: StudyData, options: EmbedderOptions) =>
  validator(validation, { measure: 'auc', ...options });

async function scoreCell(
  { configuration, condition }: StudyCell,
  { tests }: StudyData,
  model: Model,
  { out, engine }: CellPlace,
): Promise<Record<string, TestScore>> {
  const results: Record<string, TestScore> = {};
  for (const name of ['scores', 'pairs']) await mkdir(join(out, name), { recursive: true });
  for (const [test, protocol] of Object.entries(tests)) {
    const result = await scored(model, protocol, engine);
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

const describe = ({ provider, threads }: CellEngine) =>
  `onnx ${provider}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;

/** Readings of an event, without its step and time. */
const withoutPlace = ({ kind: _, step: __, time: ___, ...readings }: HardnessEvent & { time?: string }) =>
  readings;

/** Removes the run of a cell, which only resuming needs. */
export const removeRun = ({ configuration, stage }: StudyCell, out: string): Promise<void> =>
  rm(join(out, 'runs', `${configuration}-${stage}`), { recursive: true, force: true });
