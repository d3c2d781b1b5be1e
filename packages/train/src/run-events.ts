import { createLoader, type Loader } from '@hm/datasets';
import type { HostTensor } from '@hm/tensor';
import { lockFolder } from '@hm/tensor/files';
import { assertBeginnable, type Beginning, beginRun } from './begin-run.ts';
import { settleEngine } from './engine/choose/choose-engine.ts';
import { type Engine, engineName } from './engine/engine.ts';
import { trainedIn } from './initial-state.ts';
import type { CheckpointStore } from './loop/checkpoints.ts';
import { loop } from './loop/loop.ts';
import { partsOf } from './loop/parts-of.ts';
import type { TrainEvent } from './observe/events.ts';
import { TensorBoardFile } from './observe/tensor-board.ts';
import type { ResolvedOptions, SettledOptions } from './options.ts';
import type { Communicator } from './parallel/communicator.ts';
import { assertSameRun, assertSameState, checkRanks } from './parallel/rank-checks.ts';
import { joinRanks, shareBeginning, together } from './parallel/together.ts';
import { saveBest, saveCheckpoint } from './run-folder/checkpoint-folder.ts';
import { logEvent } from './run-folder/metrics-log.ts';
import { runConfig } from './run-folder/run-config.ts';
import { EpochSampler, NEIGHBORS } from './sampling/epoch-sampler.ts';
import { readPretrained } from './start/read-pretrained.ts';
import { compileStep } from './step/compile-step.ts';
import type { StepProgram } from './step/step-program.ts';
import { waitFor } from './wait.ts';

/** Trains a run while its events are iterated over. Each event is in `metrics.jsonl` before it is yielded. */
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
  // Before anything is written, so that an unusable engine leaves no folder behind. Rank 0 checks it for all ranks.
  const { engine, choice = undefined } = leads
    ? await settleEngine(options.engine)
    : { engine: options.engine as Engine };
  if (leads) await assertBeginnable(options);
  const lock = leads ? await lockFolder(options.out) : undefined;
  let loader: Loader | undefined;
  let unlabeled: Loader | undefined;
  let program: StepProgram | undefined;
  try {
    const { config, beginning } = await begin(options, ranks);
    yield* found(beginning);
    if (choice) yield { kind: 'engine', ...choice, engine: engineName(engine) };
    const settled = { ...options, engine };
    loader = openLoader(options, ranks);
    unlabeled = options.unlabeled && openLoader({ ...options, data: options.unlabeled }, ranks);
    const { sampler, parameters, program: running } = await openStep(settled, beginning, ranks);
    program = running;
    const opened = {
      ...{ config, beginning, parameters, loader, unlabeled, sampler, program, ranks },
      engine: engineName(engine),
      store: folderStore(options),
      async assertSame(step: number) {
        if (ranks.count > 1) assertSameState(ranks, await running.readState(), step);
      },
    };
    yield* loop(partsOf(settled, opened));
  } finally {
    await Promise.all([program?.release(), closed(loader), closed(unlabeled)]);
    await lock?.release();
  }
}

/** Compiles the step with the initial state and drops other references to it: with many classes it has gigabytes. */
async function openStep(options: SettledOptions, beginning: Beginning, ranks: Communicator) {
  const { [NEIGHBORS]: neighbors, ...state } = beginning.state;
  beginning.state = {};
  return {
    sampler: new EpochSampler(options, neighbors as HostTensor<'int32'> | undefined),
    parameters: trainedIn(state),
    program: await compileStep(options, state, ranks),
  };
}

const folderStore = ({ out, keep }: ResolvedOptions): CheckpointStore => ({
  save: (checkpoint) => saveCheckpoint(out, checkpoint, keep),
  saveBest: (checkpoint) => saveBest(out, checkpoint),
});

function* found({ damaged, changed = [] }: Beginning): Generator<TrainEvent, void, void> {
  for (const { path, reason } of damaged) yield { kind: 'damaged', path, reason };
  if (changed.length > 0)
    yield { kind: 'changedData', images: changed.length, examples: changed.slice(0, 10) };
}

/** Seconds to wait for a loader to close. */
const PATIENCE = 10;

/** Ends the loader's threads. Does not wait forever for one that hangs on a disk. */
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
  const config = await runConfig(options, pretrained);
  const ownBeginning = () => beginRun(options, config, pretrained);
  await assertSameRun(ranks, config, options);
  return { config, beginning: await shareBeginning(ranks, ownBeginning) };
}

/** Opens the loader of a run. Of several ranks, each reads its own part of every batch. */
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

/** Callback for every event of a run before it is yielded. */
type Listener = (event: TrainEvent) => Promise<void>;

/** Passes each event to every listener in turn, then yields it. */
async function* heard(listeners: readonly Listener[], events: AsyncGenerator<TrainEvent, void, void>) {
  for await (const event of events) {
    for (const hear of listeners) await hear(event);
    yield event;
  }
}

/** Listeners of a run: the log and, on request, TensorBoard's files. */
function listenersOf({ out, tensorBoard = false }: { out: string; tensorBoard?: boolean }): Listener[] {
  let board: TensorBoardFile | undefined;
  const draw: Listener = async (event) => {
    if (event.kind === 'start') board = new TensorBoardFile(out, event.step);
    await board?.write(event);
  };
  return [(event) => logEvent(out, event), ...(tensorBoard ? [draw] : [])];
}
