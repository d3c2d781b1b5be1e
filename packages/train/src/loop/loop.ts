import type { HardMiningConfig } from '@hm/losses';
import type { TrainEvent } from '../observe/events.ts';
import { addHardness, hardnessEvent, noHardness } from '../observe/hardness.ts';
import type { Validator } from '../observe/validation.ts';
import { anyRank, type Communicator } from '../parallel/communicator.ts';
import type { Checkpoint, Progress } from '../run-folder/checkpoint.ts';
import type { StepBatch, StepReadings, StepRunner } from '../step/step-runner.ts';
import type { Batches } from './batches.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Reporter } from './reporter.ts';

/** Schedule of a run, in steps. */
export interface Plan {
  steps: number;
  stepsPerEpoch: number;
  /** Number of steps per call where nothing is due between them. */
  stepsPerCall: number;
  logEvery: number;
  validateEvery: number;
  /** Number of validations without a better score that end the run. Default: never. */
  patience?: number;
  checkpointEvery: number;
}

/** Parts of a loop. */
export interface LoopParts {
  plan: Plan;
  /** Progress at which training begins or resumes. */
  progress: Progress;
  batches: Batches;
  steps: StepRunner;
  reporter: Reporter;
  checkpoints: Checkpoints;
  validator: Validator | undefined;
  /** Hard mining of the head, if it has any; hardness is measured by its gate. */
  mining: HardMiningConfig | undefined;
  /** Makes a checkpoint of the current state and that progress. @throws {NonFiniteError} */
  current(progress: Progress): Promise<Checkpoint>;
  /** @throws {InvalidDataError} if the processes do not hold the same weights. */
  assertSame(step: number): Promise<void>;
  /** Processes that share every batch. Rank 0 validates and writes; the others wait for it. */
  ranks: Communicator;
  signal: AbortSignal | undefined;
}

type Events<Result = void> = AsyncGenerator<TrainEvent, Result, void>;

/** Trains epoch by epoch, step by step, and yields events. */
export async function* loop(parts: LoopParts): Events {
  const { plan, batches, steps, reporter, checkpoints, validator, mining, current, ranks, signal } = parts;
  let progress = parts.progress;
  const isDue = (every: number) => progress.step % every === 0 || progress.step === plan.steps;

  /** True if the last validations found nothing better. Rank 0 knows, and tells every rank. */
  const isStale = () => {
    if (plan.patience === undefined) return false;
    const { best, step } = progress;
    return anyRank(ranks, best !== undefined && step - best.step >= plan.patience * plan.validateEvery);
  };

  async function* validate(): Events {
    const { unvalidated, ...validated } = progress;
    // Without a validator nothing is left to do, also if there was one when the run was stopped.
    progress = validator === undefined ? validated : yield* validator.validate(progress, current);
    // The saved checkpoint of this step says that its validation is still to do.
    if (unvalidated && !progress.unvalidated) checkpoints.forget();
  }
  const save = () => checkpoints.save(progress.step, () => current(progress));

  /** Lets rank 0 work while the others wait. @throws {InvalidDataError} if they do not hold the same weights. */
  async function* leading(work: () => Events): Events {
    await parts.assertSame(progress.step);
    if (ranks.rank === 0) yield* work();
    await ranks.gather();
  }

  async function* stop(): Events {
    yield* leading(save);
    const resume = 'Train with the same options and `resume: true` to go on from here.';
    yield { kind: 'stopped', step: progress.step, steps: plan.steps, checkpoint: checkpoints.path, resume };
  }

  /** Number of steps in the next call: `stepsPerCall`, or 1 if something is due before the last of them. */
  const stepsAtOnce = () => {
    const left = [plan.validateEvery, plan.checkpointEvery].map((every) => every - (progress.step % every));
    const free = Math.min(...left, plan.stepsPerEpoch - progress.position);
    return free < plan.stepsPerCall ? 1 : plan.stepsPerCall;
  };

  /** Runs one call of steps and yields the events due after each; returns false if the signal was raised before. */
  async function* advance(): Events<boolean> {
    if (anyRank(ranks, signal?.aborted ?? false)) return false;
    const asked = performance.now();
    const ready = await batches.next(stepsAtOnce());
    if (ready === undefined) return false;
    const all = await steps.run(ready.steps, progress.step, checkpoints.path || undefined);
    const milliseconds = (performance.now() - asked) / all.length;
    for (const [index, readings] of all.entries()) {
      count(readings, ready.steps[index]!);
      reporter.add(readings, milliseconds, ready.waitMilliseconds / all.length);
      yield* batches.badSamples();
      if (isDue(plan.logEvery) || reporter.isFirst) yield reporter.stepEvent(progress, readings);
    }
    if (progress.position === plan.stepsPerEpoch) yield* endEpoch();
    if (isDue(plan.validateEvery)) yield* leading(validate);
    if (isDue(plan.checkpointEvery) && progress.step < plan.steps) yield* leading(save);
    return true;
  }

  function count({ loss, accuracy = 0, sampleLosses }: StepReadings, own: readonly StepBatch[]): void {
    progress = {
      ...progress,
      step: progress.step + 1,
      position: progress.position + 1,
      lossSum: progress.lossSum + loss,
      accuracySum: progress.accuracySum + accuracy,
      ...(progress.hardness && {
        hardness: addHardness(progress.hardness, batches.withGroups(sampleLosses, own), mining),
      }),
    };
  }

  function* endEpoch(): Generator<TrainEvent, void, void> {
    const ended = progress;
    const { epoch, step, hardness: sums } = ended;
    const next = { epoch: epoch + 1, position: 0, lossSum: 0, accuracySum: 0 };
    progress = { ...ended, ...next, ...(sums && { hardness: noHardness() }) };
    yield reporter.epochEvent(ended);
    if (sums) yield hardnessEvent(sums, mining, { epoch: epoch + 1, step });
  }

  yield reporter.startEvent(progress);
  if (progress.unvalidated) yield* leading(validate);
  while (progress.step < plan.steps && !isStale()) {
    const { epoch, position } = progress;
    if (!(await batches.open(epoch, position))) return yield* stop();
    try {
      while (progress.epoch === epoch && !isStale()) if (!(yield* advance())) return yield* stop();
    } finally {
      batches.close();
    }
  }
  if (progress.unvalidated) return yield* stop();
  yield* leading(save);
  yield reporter.doneEvent(progress, checkpoints.path);
}
