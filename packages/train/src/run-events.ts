import { createLoader, type Loader } from '@hm/datasets';
import { hardMiningOf } from '@hm/losses';
import type { Program } from '@hm/onnx';
import { flattenParams, type HostTensor, sizeOf, unflattenParams } from '@hm/tensor';
import { lockFolder } from '@hm/tensor/files';
import { assertBeginnable, type Beginning, beginRun } from './begin-run.ts';
import { compileStep } from './compile-step.ts';
import { settleEngine } from './engine/choose/choose-engine.ts';
import { type Engine, engineName } from './engine/engine.ts';
import type { TrainEvent } from './events.ts';
import { heard, listenersOf } from './listeners.ts';
import { Batches } from './loop/batches.ts';
import { Checkpoints } from './loop/checkpoints.ts';
import { type LoopParts, loop } from './loop/loop.ts';
import { Reporter } from './loop/reporter.ts';
import { firstNonFinite, nonFinite } from './non-finite.ts';
import { noHardness } from './observe/hardness.ts';
import { Validator } from './observe/validation.ts';
import type { ResolvedOptions, SettledOptions } from './options.ts';
import { checkRanks } from './parallel/check-ranks.ts';
import type { Communicator } from './parallel/communicator.ts';
import { assertSameRun } from './parallel/same-run.ts';
import { shareBeginning } from './parallel/share-beginning.ts';
import { joinRanks, together } from './parallel/together.ts';
import { type RunConfig, runConfig, versions } from './run-config.ts';
import { EpochSampler, NEIGHBORS } from './sampling/epoch-sampler.ts';
import { readPretrained } from './start/read-pretrained.ts';
import { betweenSteps } from './step/train-state.ts';
import { StepRunner } from './step-runner.ts';
import { waitFor } from './wait.ts';

/** The events of a run; asking for them is what trains. Each is in `metrics.jsonl` before it is handed on. */
export async function* runEvents(options: ResolvedOptions): AsyncGenerator<TrainEvent, void, void> {
  const ranks = await joinRanks();
  const listeners = ranks.rank === 0 ? listenersOf(options) : [];
  yield* together(ranks, heard(listeners, eventsOf(options, ranks)));
}

async function* eventsOf(
  options: ResolvedOptions,
  ranks: Communicator,
): AsyncGenerator<TrainEvent, void, void> {
  const leads = ranks.rank === 0;
  if (leads) checkRanks(options, ranks);
  // Before anything is written: an engine that cannot be used leaves no folder behind. That of ranks is checked by the first.
  const { engine, choice = undefined } = leads
    ? await settleEngine(options.engine)
    : { engine: options.engine as Engine };
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
    const { [NEIGHBORS]: neighbors, ...state } = beginning.state;
    const sampler = new EpochSampler(options, neighbors as HostTensor<'int32'> | undefined);
    program = await compileStep(settled, state, ranks);
    yield* loop(partsOf(settled, { config, beginning, loader, sampler, program, ranks }));
  } finally {
    await Promise.all([program?.release(), closed(loader)]);
    await lock?.release();
  }
}

interface Opened {
  config: RunConfig;
  beginning: Beginning;
  loader: Loader;
  sampler: EpochSampler;
  program: Program;
  ranks: Communicator;
}

/** Each part with the few values that it needs. */
function partsOf(options: SettledOptions, opened: Opened): LoopParts {
  const { recipe, out, keep, signal, validate, backbone, head, data, hardness } = options;
  const { config, beginning, loader, sampler, program, ranks } = opened;
  const { checkpoint } = beginning;
  const progress =
    hardness && !beginning.progress.hardness
      ? { ...beginning.progress, hardness: noHardness() }
      : beginning.progress;
  const saved = checkpoint === undefined ? undefined : { step: progress.step, path: checkpoint };
  const checkpoints = new Checkpoints(out, keep, saved);
  const readState = () => program.readState();
  const trained = Object.entries(beginning.state).filter(([name]) => name.startsWith('params.'));
  return {
    ...{ plan: options, progress, checkpoints, readState, ranks, signal },
    mining: hardMiningOf(head)?.config,
    batches: new Batches({
      ...{ loader, sampler, readState, ranks, signal },
      perStep: recipe.accumulate ?? 1,
      seconds: options.batchTimeoutSeconds,
      skips: options.onBadSample === 'skip',
    }),
    steps: new StepRunner({ program, recipe, stepsPerEpoch: options.stepsPerEpoch, ranks }),
    reporter: new Reporter({
      engine: engineName(options.engine),
      ...{ epochs: recipe.epochs, batchSize: recipe.batchSize, steps: options.steps },
      ...{ images: data.length, classes: data.classes },
      parameters: trained.reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0),
    }),
    validator:
      validate &&
      new Validator({ validate, backbone, out, signal, seconds: options.validationTimeoutSeconds }),
    async current(progress) {
      const between = flattenParams(betweenSteps(unflattenParams(await readState())));
      const state = { ...between, ...sampler.state };
      if (firstNonFinite(state) !== undefined)
        throw nonFinite(progress.step, undefined, {}, state, checkpoints.path || undefined);
      return { config, progress, versions: versions(), state };
    },
  };
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

/** Rank 0 reads and writes files and broadcasts the result. */
async function begin(options: ResolvedOptions, ranks: Communicator) {
  const pretrained =
    options.pretrained === undefined || ranks.rank > 0
      ? undefined
      : await readPretrained(options.pretrained, options.backbone);
  const config = runConfig(options, pretrained);
  const ownBeginning = () => beginRun(options, config, pretrained);
  await assertSameRun(ranks, config, options);
  return { config, beginning: await shareBeginning(ranks, ownBeginning) };
}

/** Of several ranks, each reads its own part of every batch. */
function openLoader(options: ResolvedOptions, ranks: Communicator): Loader {
  const { data, recipe, preprocessing, seed, workers, onBadSample } = options;
  return createLoader(data, {
    batchSize: recipe.batchSize / (recipe.accumulate ?? 1),
    augment: recipe.augment,
    dropLast: true,
    preprocessing,
    seed,
    shard: { index: ranks.rank, count: ranks.count },
    ...(workers === undefined ? {} : { workers }),
    ...(onBadSample === undefined ? {} : { onBadSample }),
  });
}
