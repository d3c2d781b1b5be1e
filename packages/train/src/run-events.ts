import { createLoader, type Loader } from '@hm/datasets';
import type { Program } from '@hm/onnx';
import type { HostTensor } from '@hm/tensor';
import { lockFolder } from '@hm/tensor/files';
import { assertBeginnable, type Beginning, beginRun } from './begin-run.ts';
import { settleEngine } from './engine/choose/choose-engine.ts';
import { compileOn, type StepOptions } from './engine/compile-on.ts';
import { type Engine, engineName } from './engine/engine.ts';
import type { TrainEvent } from './events.ts';
import { kernelsOfRun } from './kernels/kernels-of-run.ts';
import { logEvent } from './metrics-log.ts';
import { TensorBoardFile } from './observe/tensor-board.ts';
import { scalingOf } from './optimize/scale-loss.ts';
import type { ResolvedOptions, SettledOptions } from './options.ts';
import { checkRanks } from './parallel/check-ranks.ts';
import type { Communicator } from './parallel/communicator.ts';
import { engineOfRank } from './parallel/engine-of-rank.ts';
import { joinRanks } from './parallel/join-ranks.ts';
import { assertSameRun } from './parallel/same-run.ts';
import { shareBeginning } from './parallel/share-beginning.ts';
import { together } from './parallel/together.ts';
import { compilePartial } from './partial-program.ts';
import { runConfig } from './run-config.ts';
import { EpochSampler, NEIGHBOURS } from './sampling/epoch-sampler.ts';
import { readPretrained } from './start/read-pretrained.ts';
import { trainingStep } from './step/training-step.ts';
import { TrainingLoop } from './training-loop.ts';
import { waitFor } from './wait.ts';

/** The events of a run; asking for them is what trains. Each is in `metrics.jsonl` before it is handed on. */
export async function* runEvents(options: ResolvedOptions): AsyncGenerator<TrainEvent, void, void> {
  const ranks = await joinRanks();
  const events = unlogged(options, ranks);
  if (ranks === undefined) yield* logged(options, events);
  else yield* together(ranks, ranks.rank === 0 ? logged(options, events) : events);
}

async function* logged(
  options: ResolvedOptions,
  events: AsyncGenerator<TrainEvent, void, void>,
): AsyncGenerator<TrainEvent, void, void> {
  let board: TensorBoardFile | undefined;
  for await (const event of events) {
    await logEvent(options.out, event);
    if (options.tensorBoard && event.kind === 'start') board = new TensorBoardFile(options.out, event.step);
    await board?.write(event);
    yield event;
  }
}

async function* unlogged(
  options: ResolvedOptions,
  ranks: Communicator | undefined,
): AsyncGenerator<TrainEvent, void, void> {
  // Before anything is written: an engine that cannot be used leaves no folder behind. That of ranks is checked by the first.
  const { engine, choice = undefined } = ranks
    ? { engine: options.engine as Engine }
    : await settleEngine(options.engine);
  const leads = (ranks?.rank ?? 0) === 0;
  if (leads) await assertBeginnable(options);
  const lock = leads ? await lockFolder(options.out) : undefined;
  let loader: Loader | undefined;
  let program: Program | undefined;
  try {
    const { config, beginning } = await begin(options, ranks);
    yield* found(beginning);
    if (choice) yield { kind: 'engine', ...choice, engine: engineName(engine) };
    const settled = { ...options, engine };
    loader = openLoader(options, ranks);
    const { [NEIGHBOURS]: neighbours, ...state } = beginning.state;
    const sampler = new EpochSampler(options, neighbours as HostTensor<'int32'> | undefined);
    program = await compileStep(settled, state, ranks);
    yield* new TrainingLoop({
      options: settled,
      config,
      loader,
      program,
      beginning,
      sampler,
      ranks,
    }).events();
  } finally {
    await Promise.all([program?.release(), closed(loader)]);
    await lock?.release();
  }
}

function* found({ damaged, changed = [] }: Beginning): Generator<TrainEvent, void, void> {
  for (const { path, reason } of damaged) yield { kind: 'damaged', path, reason };
  if (changed.length > 0)
    yield { kind: 'changedData', images: changed.length, examples: changed.slice(0, 10) };
}

/** Seconds until a reader that does not answer is left to itself. */
const PATIENCE = 10;

/** Ends the loader's threads; one that waits for a disk for ever is not waited for. */
async function closed(loader: Loader | undefined): Promise<void> {
  if (loader === undefined) return;
  const patience = { signal: undefined, seconds: PATIENCE, option: '', what: '' };
  await waitFor(loader.close(), patience).catch(() => undefined);
}

/** Of several ranks, the first reads and writes; the others are told. */
async function begin(options: ResolvedOptions, ranks: Communicator | undefined) {
  const leads = (ranks?.rank ?? 0) === 0;
  if (ranks && leads) checkRanks(options, ranks);
  const pretrained =
    options.pretrained === undefined || !leads
      ? undefined
      : await readPretrained(options.pretrained, options.backbone);
  const config = runConfig(options, pretrained);
  const ownBeginning = () => beginRun(options, config, pretrained);
  if (ranks === undefined) return { config, beginning: await ownBeginning() };
  await assertSameRun(ranks, config, options);
  return { config, beginning: await shareBeginning(ranks, ownBeginning) };
}

/** Of several ranks, each reads its own part of every batch. */
function openLoader(options: ResolvedOptions, ranks: Communicator | undefined): Loader {
  const { data, recipe, preprocessing, seed, workers, onBadSample } = options;
  return createLoader(data, {
    batchSize: recipe.batchSize / (recipe.accumulate ?? 1),
    augment: recipe.augment,
    dropLast: true,
    preprocessing,
    seed,
    ...(ranks && { shard: { index: ranks.rank, count: ranks.count } }),
    ...(workers === undefined ? {} : { workers }),
    ...(onBadSample === undefined ? {} : { onBadSample }),
  });
}

async function compileStep(
  options: SettledOptions,
  state: StepOptions['state'],
  ranks: Communicator | undefined,
): Promise<Program> {
  const {
    backbone,
    head,
    recipe,
    data,
    seed,
    hardness = false,
    out,
    resume,
    kernels = 'direct',
    optimizer,
  } = options;
  const { partialFc } = recipe;
  const engine = ranks ? engineOfRank(options.engine, ranks) : options.engine;
  const batchSize = recipe.batchSize / (recipe.accumulate ?? 1) / (ranks?.count ?? 1);
  const step = trainingStep(backbone, head, recipe, { sampleLosses: hardness, ranks, optimizer });
  const stepOptions: StepOptions = {
    state,
    inputs: {
      images: { shape: [batchSize, ...backbone.imageSize, 3] },
      labels: { shape: [batchSize], dtype: 'int32' },
      learningRate: { shape: [] },
      step: { shape: [] },
      ...(recipe.accumulate === undefined ? {} : { update: { shape: [] } }),
    },
    ...(ranks && { sumOverRanks: (values) => ranks.sum(values) }),
    mixedPrecision: scalingOf(recipe.mixedPrecision) !== undefined,
  };
  if (partialFc === undefined) {
    const chosen = await kernelsOfRun({ out, resume, kernels, engine, ranks }, step, stepOptions);
    return compileOn(engine, step, { ...stepOptions, kernels: chosen });
  }
  return compilePartial(engine, step, stepOptions, { ...partialFc, classes: data.classes, seed });
}
