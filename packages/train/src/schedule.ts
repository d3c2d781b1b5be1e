/** Grows linearly over the first steps; the rest of the schedule counts from there. At most one of the two. */
export interface Warmup {
  /** Fractions are fine. */
  warmupEpochs?: number;
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
  );

/** The part of a recipe that fixes the learning rate. */
export interface LearningRatePlan {
  learningRate: number;
  epochs: number;
  schedule: Schedule;
}

/**
 * The learning rate of a step. During warm-up `learningRate·(step + 1) / warmupSteps`; afterwards `learningRate` times
 * the schedule's factor, where `progress` runs from 0 at the end of the warm-up to 1 at the end of training.
 *
 * @param step finished steps before this one, from 0.
 * @example
 * learningRateAt(paper, 8 * 7726, 7726); // 0.001
 */
export function learningRateAt(plan: LearningRatePlan, step: number, stepsPerEpoch: number): number {
  const { learningRate, epochs, schedule } = plan;
  const warmup = warmupLength(schedule, stepsPerEpoch);
  if (step < warmup) return (learningRate * (step + 1)) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, epochs * stepsPerEpoch - warmup));
  return learningRate * factorAt(schedule, progress, step / stepsPerEpoch);
}

/** Steps of warm-up, a whole number. */
export const warmupLength = ({ warmupSteps, warmupEpochs = 0 }: Schedule, stepsPerEpoch: number): number =>
  warmupSteps ?? Math.round(warmupEpochs * stepsPerEpoch);

function factorAt(schedule: Schedule, progress: number, epochs: number): number {
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
