import type { Loader } from '@hm/datasets/browser';
import { hardMiningOf } from '@hm/losses';
import { flattenParams, unflattenParams } from '@hm/tensor';
import type { Beginning } from '../begin-run.ts';
import { noHardness } from '../observe/hardness.ts';
import { Validator } from '../observe/validation.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Communicator } from '../parallel/communicator.ts';
import type { RunConfig } from '../run-folder/run-config.ts';
import { versions } from '../run-folder/versions.ts';
import type { EpochSampler } from '../sampling/epoch-sampler.ts';
import { firstNonFinite, nonFinite } from '../step/non-finite.ts';
import type { StepProgram } from '../step/step-program.ts';
import { StepRunner } from '../step/step-runner.ts';
import { betweenSteps } from '../step/train-state.ts';
import { Batches } from './batches.ts';
import { type CheckpointStore, Checkpoints } from './checkpoints.ts';
import type { LoopParts } from './loop.ts';
import { Reporter } from './reporter.ts';

/** Resources that a run has opened. */
export interface Opened {
  /** Name of the engine in the `start` event. */
  engine: string;
  config: RunConfig;
  beginning: Pick<Beginning, 'progress' | 'checkpoint'>;
  /** Number of trained parameters. */
  parameters: number;
  loader: Loader;
  /** Loader of images without labels. */
  unlabeled?: Loader | undefined;
  sampler: EpochSampler;
  program: StepProgram;
  ranks: Communicator;
  store: CheckpointStore;
  assertSame: LoopParts['assertSame'];
}

/** Makes the parts of a loop, each with the few values that it needs. */
export function partsOf(options: ResolvedOptions, opened: Opened): LoopParts {
  const { recipe, signal, validate, backbone, head, data, hardness } = options;
  const { engine, config, beginning, loader, sampler, program, ranks, store } = opened;
  const { checkpoint } = beginning;
  const progress =
    hardness && !beginning.progress.hardness
      ? { ...beginning.progress, hardness: noHardness() }
      : beginning.progress;
  const saved = checkpoint === undefined ? undefined : { step: progress.step, path: checkpoint };
  const checkpoints = new Checkpoints((checkpoint) => store.save(checkpoint), saved);
  const readState = () => program.readState();
  return {
    ...{ plan: options, progress, checkpoints, ranks, signal },
    assertSame: opened.assertSame,
    mining: hardMiningOf(head)?.config,
    batches: new Batches({
      ...{ loader, sampler, readState, ranks, signal },
      ...{ unlabeled: opened.unlabeled, stepsPerEpoch: options.stepsPerEpoch },
      perStep: recipe.accumulate ?? 1,
      ahead: options.stepsPerCall,
      groups: options.hardnessGroups,
      seconds: options.batchTimeoutSeconds,
      skips: options.onBadSample === 'skip',
    }),
    steps: new StepRunner({ program, recipe, stepsPerEpoch: options.stepsPerEpoch, ranks }),
    reporter: new Reporter({
      ...{ engine, epochs: recipe.epochs, batchSize: recipe.batchSize, steps: options.steps },
      ...{ images: data.length, classes: data.classes },
      parameters: opened.parameters,
    }),
    validator:
      validate &&
      new Validator({
        ...{ validate, backbone, signal, seconds: options.validationTimeoutSeconds },
        saveBest: (checkpoint) => store.saveBest(checkpoint),
      }),
    async current(progress) {
      const between = flattenParams(betweenSteps(unflattenParams(await readState())));
      const state = { ...between, ...sampler.state };
      if (firstNonFinite(state) !== undefined)
        throw nonFinite(progress.step, undefined, {}, state, checkpoints.path || undefined);
      return { config, progress, versions: versions(), state };
    },
  };
}
