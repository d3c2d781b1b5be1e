import { type HardMiningConfig, hardMiningLimit } from '@hm/losses';
import type { HardnessEvent } from '../events.ts';

/** Sums over samples, of which a checkpoint keeps those of the epoch under way. */
export interface HardnessSums {
  samples: number;
  easy: number;
  gate: number;
  /** Samples by the probability of their own class, in 20 steps of 0.05. */
  histogram: number[];
}

const BINS = 20;

/** No samples yet. */
export const noHardness = (): HardnessSums => ({
  samples: 0,
  easy: 0,
  gate: 0,
  histogram: Array(BINS).fill(0),
});

/** Adds the batches of a step; see {@link addBatch}. */
export const addHardness = (
  sums: HardnessSums,
  batches: readonly Float32Array[],
  mining: HardMiningConfig | undefined,
): HardnessSums => batches.reduce((before, losses) => addBatch(before, losses, mining), sums);

/** What an epoch's sums say. */
export function hardnessEvent(
  { samples, easy, gate, histogram }: HardnessSums,
  mining: HardMiningConfig | undefined,
  at: { epoch: number; step: number },
): HardnessEvent {
  const mined = mining && { easyShare: easy / samples, meanGate: gate / samples };
  return { kind: 'hardness', ...at, samples, ...mined, histogram };
}

/**
 * Adds a batch.
 *
 * @param losses `[B]`, L before hard mining; the probability of the own class is `p = exp(−L)`.
 * @param mining what the gate `α·σ(A·(β·L − B))` is made of; a sample is easy while it is less than half open.
 */
export function addBatch(
  sums: HardnessSums,
  losses: Float32Array,
  mining: HardMiningConfig | undefined,
): HardnessSums {
  const histogram = [...sums.histogram];
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  let { easy, gate } = sums;
  for (const loss of losses) {
    histogram[Math.min(BINS - 1, Math.floor(Math.exp(-loss) * BINS))]! += 1;
    if (mining === undefined) continue;
    const open = opening(mining.over === 'batch' ? mean : loss, mining);
    gate += open * hardMiningLimit(mining);
    if (open < 0.5) easy += 1;
  }
  return { samples: sums.samples + losses.length, easy, gate, histogram };
}

const opening = (loss: number, { steepness, midpoint, beta }: HardMiningConfig) =>
  1 / (1 + Math.exp(-steepness * (beta * loss - midpoint)));
