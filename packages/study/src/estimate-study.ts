import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkArguments, checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import { train } from '@hm/train';
import { countCells, readyCells } from './cells.ts';
import { openStudyData } from './data/open-study-data.ts';
import { checkPlan, type StudyPlan } from './plan.ts';
import { openNetwork, type TrainedCell, trainingOf } from './run-cell.ts';
import type { StudyOptions } from './study.ts';

/** Estimated cost of a plan. */
export interface StudyEstimate {
  /** Number of networks to train, including those for tuning. */
  networks: number;
  /** Sizes of the training and test data under each condition. */
  conditions: {
    condition: string;
    images: number;
    classes: number;
    pairs: Readonly<Record<string, number>>;
  }[];
  /** Number of steps of all networks together. */
  steps: number;
  /** Training speed, measured with the first network. */
  imagesPerSecond: number;
  /** Hours of training, one network after another; validation and scoring come on top. */
  hours: number;
  /** Peak memory of this process while it trained, in bytes. */
  memory: number;
}

/**
 * Estimates what a plan costs on this machine. Opens all of its data, so that a wrong path is found now, and trains the
 * first network for some steps in a temporary folder.
 *
 * @throws {InvalidDataError} if a folder, list or image is missing.
 * @throws {InvalidArgumentError} if the plan is not valid, or trains nothing.
 * @example
 * const { networks, hours } = await estimateStudy(await readPlan('losses.json'), { root: 'data' });
 */
export async function estimateStudy(
  plan: StudyPlan,
  options: Pick<StudyOptions, 'root' | 'threads' | 'provider'> = {},
): Promise<StudyEstimate> {
  const {
    root = '.',
    threads = 1,
    provider = 'cpu',
  } = checkOptions('estimateStudy', options, { root: 'string', threads: 'number', provider: 'string' });
  checkArguments('estimateStudy', { plan }, { plan: { has: ['name', 'question'] } });
  checkPlan(plan);
  const arms = Object.fromEntries(Object.entries(plan.arms).filter(([, { loss }]) => loss !== null));
  const trained = { ...plan, arms };
  const firsts = firstCells(trained);
  if (firsts.length === 0) throw trainsNothing(plan);
  const networks = countCells(trained);
  const conditions: StudyEstimate['conditions'] = [];
  let images = 0;
  let steps = 0;
  let speed: Awaited<ReturnType<typeof measure>> | undefined;
  for (const cell of firsts) {
    const network = await openNetwork(cell.backbone, root);
    const { train: data, tests } = await openStudyData(cell.data, network.backbone.imageSize, root);
    const pairs = Object.fromEntries(Object.entries(tests).map(([name, test]) => [name, test.pairs.length]));
    conditions.push({ condition: cell.condition, images: data.length, classes: data.classes, pairs });
    const training = await trainingOf(cell, network, data, { provider, threads });
    speed ??= await measure(training);
    const { epochs, batchSize } = training.recipe;
    const ofAll = (epochs * networks * Math.floor(data.length / batchSize)) / firsts.length;
    steps += ofAll;
    images += ofAll * batchSize;
  }
  const { imagesPerSecond, memory } = speed!;
  return {
    ...{ networks, conditions, steps: Math.round(steps), imagesPerSecond },
    ...{ hours: images / imagesPerSecond / 3600, memory },
  };
}

/** Returns a cell of each condition, with the first setting of tuning: which is chosen is not known yet. */
function firstCells({ tuning, ...plan }: StudyPlan): TrainedCell[] {
  const settled =
    tuning === undefined ? plan : { ...plan, tuning: { ...tuning, grid: tuning.grid.slice(0, 1) } };
  const cells = readyCells(settled, []) as TrainedCell[];
  return cells.filter(
    ({ condition }, index) => cells.findIndex((cell) => cell.condition === condition) === index,
  );
}

/** Number of timed steps, after a first one that allocates buffers. */
const TIMED = 5;

async function measure(
  training: Awaited<ReturnType<typeof trainingOf>>,
): Promise<Pick<StudyEstimate, 'imagesPerSecond' | 'memory'>> {
  const out = await mkdtemp(join(tmpdir(), 'hm-estimate-'));
  const enough = new AbortController();
  const speeds: number[] = [];
  try {
    for await (const event of train({ ...training, out, logEvery: 1, signal: enough.signal })) {
      if (event.kind !== 'step') continue;
      speeds.push(event.imagesPerSecond);
      if (speeds.length > TIMED) enough.abort();
    }
  } finally {
    await rm(out, { recursive: true, force: true });
  }
  const timed = speeds.slice(Math.min(1, speeds.length - 1)).toSorted((a, b) => a - b);
  return {
    imagesPerSecond: timed[Math.floor(timed.length / 2)]!,
    memory: process.resourceUsage().maxRSS * 1024,
  };
}

const trainsNothing = ({ name }: StudyPlan) =>
  new InvalidArgumentError({
    where: 'estimateStudy',
    expected: 'a plan that trains',
    received: `${name}, whose arms have no loss`,
    fix: 'Add an arm with a loss.',
  });
