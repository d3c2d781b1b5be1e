/// <reference lib="dom" />
import { pageLoader } from '@hm/datasets/browser';
import { compile } from '@hm/onnx';
import {
  flattenParams,
  type HostTensor,
  InvalidArgumentError,
  UnavailableError,
  unflattenParams,
} from '@hm/tensor';
import type { Beginning } from '../begin-run.ts';
import type { OnnxEngine } from '../engine/engine.ts';
import { initialState, trainedIn } from '../initial-state.ts';
import { loop } from '../loop/loop.ts';
import { partsOf } from '../loop/parts-of.ts';
import type { TrainEvent } from '../observe/events.ts';
import type { ResolvedOptions } from '../options.ts';
import { alone } from '../parallel/communicator.ts';
import { START } from '../run-folder/checkpoint.ts';
import { assertSameConfig, type RunConfig, runConfig } from '../run-folder/run-config.ts';
import { EpochSampler, NEIGHBORS } from '../sampling/epoch-sampler.ts';
import { stepOf } from '../step/step-of.ts';
import { StepProgram } from '../step/step-program.ts';
import { resumedState } from '../step/train-state.ts';
import type { PageStore } from './page-store.ts';

/** Trains a run in a page while its events are iterated over. */
export async function* pageEvents(
  options: ResolvedOptions,
  { kind: _, ...session }: OnnxEngine,
  store: PageStore,
): AsyncGenerator<TrainEvent, void, void> {
  const config = await runConfig(options);
  const release = await owned(store);
  let program: StepProgram | undefined;
  try {
    const beginning = await begin(options, config, store);
    for (const { path, reason } of beginning.damaged) yield { kind: 'damaged', path, reason };
    const { [NEIGHBORS]: neighbors, ...state } = beginning.state;
    const { data, unlabeled, recipe, preprocessing, seed } = options;
    const batchSize = recipe.batchSize / (recipe.accumulate ?? 1);
    const loading = { batchSize, seed, preprocessing, augment: recipe.augment };
    const { step, stepOptions } = stepOf(options, state, alone);
    program = new StepProgram(await compile(step, { ...stepOptions, ...session }));
    const opened = {
      ...{ config, beginning, program, store, parameters: trainedIn(state), ranks: alone },
      engine: `onnxruntime-web ${session.provider === 'webgpu' ? 'WebGPU' : 'WebAssembly'}`,
      loader: pageLoader(data, loading),
      unlabeled: unlabeled && pageLoader(unlabeled, loading),
      sampler: new EpochSampler(options, neighbors as HostTensor<'int32'> | undefined),
      assertSame: async () => undefined,
    };
    yield* loop(partsOf(options, opened));
  } finally {
    await program?.release();
    release();
  }
}

/** Makes the initial state of a run, or reads its newest checkpoint. */
async function begin(options: ResolvedOptions, config: RunConfig, store: PageStore): Promise<Beginning> {
  const { backbone, head, data, seed, recipe, optimizer, resume } = options;
  const { checkpoint, path, damaged } = await store.newest();
  if (resume && checkpoint === undefined) throw noRun();
  if (!resume && checkpoint !== undefined) throw occupied();
  if (checkpoint === undefined) {
    const { classes } = data;
    const state = await initialState({ backbone, head, classes, seed, recipe, optimizer });
    return { state, progress: START, checkpoint: undefined, damaged };
  }
  assertSameConfig(checkpoint.config, config, 'the run of the store', false);
  const resumed = resumedState(recipe, unflattenParams(checkpoint.state), optimizer);
  return { state: flattenParams(resumed), progress: checkpoint.progress, checkpoint: path, damaged };
}

/** Keeps other tabs from training the same run; does nothing in a browser without locks. */
async function owned({ name }: PageStore): Promise<() => void> {
  if (name === undefined || !globalThis.navigator?.locks) return () => undefined;
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null) => {
      if (lock === null) return reject(taken(name));
      return new Promise<void>((release) => resolve(release));
    };
    navigator.locks.request(`hm-train ${name}`, { ifAvailable: true }, hold).catch(reject);
  });
}

const taken = (name: string) =>
  new UnavailableError({
    where: 'train',
    expected: `the run ${name} to be free`,
    received: 'another tab or worker that trains it',
    fix: 'Pause it there, or train under another name.',
  });

const noRun = () =>
  new InvalidArgumentError({
    where: 'train',
    expected: 'a run to resume in the store',
    received: 'none',
    fix: 'Leave out resume to begin one.',
  });

const occupied = () =>
  new InvalidArgumentError({
    where: 'train',
    expected: 'a store without a run in it',
    received: 'one with a run',
    fix: 'Pass resume: true to go on with it, or store.remove() it first.',
  });
