import { checkArguments } from '@hm/tensor/host';

/** Warm-up: the rate grows linearly over the first steps, and the schedule counts from there. Set at most one. */
export interface Warmup {
  /** Length in epochs; fractions are fine. */
  warmupEpochs?: number;
  /** Length in steps. */
  warmupSteps?: number;
}

/** How the learning rate changes, as plain data. */
export type Schedule = Warmup &
  (
    | { kind: 'constant' }
    /** Multiplied by `factor` at each milestone: a number of finished epochs, warm-up included. */
    | { kind: 'step'; milestones: readonly number[]; factor: number }
    /** `(1 + cos(π·progress)) / 2`, to 0 at the end. */
    | { kind: 'cosine' }
    /** `(1 − progress)^power`, to 0 at the end. */
    | { kind: 'polynomial'; power: number }
    /**
     * Half a cosine up from `startFactor` (default 1/25) to 1 over the share `rise` (default 0.3) of the steps, then half
     * a cosine down to `endFactor` (default 4e-6) at the last step. Momentum stays as it is.
     */
    | { kind: 'one-cycle'; rise?: number; startFactor?: number; endFactor?: number }
  );

/** Parts of a recipe that determine the learning rate. */
export interface LearningRatePlan {
  learningRate: number;
  epochs: number;
  schedule: Schedule;
}

/**
 * Returns the learning rate of a step. During warm-up it is `learningRate·(step + 1) / warmupSteps`. Afterwards it is
 * `learningRate` times the schedule's factor, where `progress` runs from 0 at the end of the warm-up to 1 at the end of
 * training.
 *
 * @param step finished steps before this one, from 0.
 * @see L. Smith and N. Topin, Super-convergence, arXiv 1708.07120, for one-cycle
 * @example
 * learningRateAt(paper, 8 * 7726, 7726); // 0.001
 */
export function learningRateAt(plan: LearningRatePlan, step: number, stepsPerEpoch: number): number {
  checkArguments(
    'learningRateAt',
    { plan, step, stepsPerEpoch },
    { plan: { has: ['learningRate', 'epochs'] }, step: 'number', stepsPerEpoch: 'number' },
  );
  const { learningRate, epochs, schedule } = plan;
  const warmup = warmupLength(schedule, stepsPerEpoch);
  if (step < warmup) return (learningRate * (step + 1)) / warmup;
  const rest = epochs * stepsPerEpoch - warmup;
  if (schedule.kind === 'one-cycle') return learningRate * oneCycle(schedule, step - warmup, rest);
  const progress = Math.min(1, (step - warmup) / Math.max(1, rest));
  return learningRate * factorAt(schedule, progress, step / stepsPerEpoch);
}

/** Number of warm-up steps. */
export const warmupLength = ({ warmupSteps, warmupEpochs = 0 }: Schedule, stepsPerEpoch: number): number =>
  warmupSteps ?? Math.round(warmupEpochs * stepsPerEpoch);

function factorAt(schedule: Exclude<Schedule, OneCycle>, progress: number, epochs: number): number {
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'step':
      return schedule.factor ** schedule.milestones.filter((milestone) => epochs >= milestone).length;
    case 'cosine':
      return (1 + Math.cos(Math.PI * progress)) / 2;
    case 'polynomial':
      return (1 - progress) ** schedule.power;
  }
}

type OneCycle = Extract<Schedule, { kind: 'one-cycle' }>;

/** Counts steps as PyTorch's `OneCycleLR` does: the peak is at step `rise·steps − 1`, the end at the last one. */
function oneCycle(
  { rise = 0.3, startFactor = 1 / 25, endFactor = 4e-6 }: OneCycle,
  step: number,
  steps: number,
) {
  const [peak, last] = [rise * steps - 1, Math.max(1, steps - 1)];
  // A rise of a single step begins at its peak.
  if (peak > 0 && step <= peak) return between(startFactor, 1, step / peak);
  return between(1, endFactor, Math.min(1, (step - peak) / (last - peak)));
}

const between = (from: number, to: number, share: number) =>
  to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
