import { type HardMiningConfig, hardMiningLimit, hardMiningSlope } from '@hm/losses';
import type { HardnessEvent, HardnessReadings } from './events.ts';

/** Sums over samples; a checkpoint keeps those of the current epoch. */
export interface HardnessSums {
  samples: number;
  easy: number;
  gate: number;
  /** Number of samples by the probability of their own class, in 20 bins of 0.05. */
  histogram: number[];
  /** Sum of their pulls in the same bins; missing in older checkpoints. */
  pull?: number[];
  /** The same sums for each group of samples. */
  groups?: HardnessSums[];
}

/** Losses of a batch before hard mining, `[B]`, and the group of each sample, if there are groups. */
export interface SampleLosses {
  losses: Float32Array;
  groups?: ArrayLike<number>;
}

const BINS = 20;

/** Sums over no samples. */
export const noHardness = (): HardnessSums => ({
  ...{ samples: 0, easy: 0, gate: 0 },
  histogram: Array(BINS).fill(0),
  pull: Array(BINS).fill(0),
});

/** Adds the batches of a step to the sums; see {@link addBatch}. */
export const addHardness = (
  sums: HardnessSums,
  batches: readonly SampleLosses[],
  mining: HardMiningConfig | undefined,
): HardnessSums => batches.reduce((before, batch) => addBatch(before, batch, mining), sums);

/** Makes the event of an epoch from its sums. */
export const hardnessEvent = (
  sums: HardnessSums,
  mining: HardMiningConfig | undefined,
  at: { epoch: number; step: number },
): HardnessEvent => ({
  kind: 'hardness',
  ...at,
  ...readings(sums, mining),
  ...(sums.groups && { groups: sums.groups.map((group) => readings(group, mining)) }),
});

function readings(
  { samples, easy, gate, histogram, pull = [] }: HardnessSums,
  mining: HardMiningConfig | undefined,
): HardnessReadings {
  const share = (sum: number) => (samples === 0 ? 0 : sum / samples);
  const mined = mining && { easyShare: share(easy), meanGate: share(gate) };
  return { samples, ...mined, histogram, pull };
}

/**
 * Adds each loss L of a batch to the overall sums and to those of its group. The probability of the own class is
 * `p = exp(−L)`. The pull is the absolute gradient by its own logit, `(1 − p)·d(HM)/dL`.
 *
 * @param mining settings of the gate `α·σ(A·(β·L − B))`; a sample is easy while its gate is less than half open.
 */
export function addBatch(
  sums: HardnessSums,
  { losses, groups }: SampleLosses,
  mining: HardMiningConfig | undefined,
): HardnessSums {
  const next = copyOf(sums);
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const slope = mining && hardMiningSlope(mining);
  for (const [sample, loss] of losses.entries()) {
    const probability = Math.exp(-loss);
    const bin = Math.min(BINS - 1, Math.floor(probability * BINS));
    const gating = mining?.over === 'batch' ? mean : loss;
    const pull = (1 - probability) * (slope?.(gating) ?? 1);
    const open = mining && opening(gating, mining);
    for (const own of groups === undefined ? [next] : [next, groupOf(next, groups[sample]!)]) {
      own.samples += 1;
      own.histogram[bin]! += 1;
      own.pull![bin]! += pull;
      if (open === undefined) continue;
      own.gate += open * hardMiningLimit(mining!);
      if (open < 0.5) own.easy += 1;
    }
  }
  return next;
}

const copyOf = ({ histogram, pull, groups, ...sums }: HardnessSums): HardnessSums => ({
  ...sums,
  histogram: [...histogram],
  pull: pull ? [...pull] : noHardness().pull!,
  ...(groups && { groups: groups.map(copyOf) }),
});

function groupOf(sums: HardnessSums, group: number): HardnessSums {
  sums.groups ??= [];
  while (sums.groups.length <= group) sums.groups.push(noHardness());
  return sums.groups[group]!;
}

const opening = (loss: number, { steepness, midpoint, beta }: HardMiningConfig) =>
  1 / (1 + Math.exp(-steepness * (beta * loss - midpoint)));
