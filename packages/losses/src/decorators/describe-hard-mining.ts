import { checkArguments } from '@hm/tensor/host';
import { type HardMiningConfig, type HardMiningOptions, hardMiningConfig } from './hard-mining-loss.ts';

/** A loss, and the probability of the label at which cross-entropy has that loss. */
export interface LossPoint {
  /** The loss L. */
  loss: number;
  /** The probability of the label, `exp(−L)`. */
  probability: number;
}

/** Effect of the hard-mining options on the loss of a sample (on the batch's mean loss with `over: 'batch'`). */
export interface HardMiningDescription {
  /** All options, with defaults filled in. */
  config: HardMiningConfig;
  /** Factor of a large loss: `α`, or `α·β` with `form: 'algorithm'`. */
  limit: number;
  /** The loss at which the gate is half open: `L = B/β`. */
  midpoint: LossPoint;
  /** The loss that stays unchanged. Smaller losses become smaller, larger ones larger. Absent if there is none. */
  crossing: LossPoint | undefined;
  /** The largest slope `d(HM)/dL` and its loss. Absent with `gate: 'stopped'`, where the slope rises to `limit`. */
  peak: (LossPoint & { slope: number }) | undefined;
  /**
   * The loss below which `d(HM)/dL < 1`: samples have a smaller gradient than without hard mining. Absent if none do.
   */
  damped: LossPoint | undefined;
  /** The loss below which `d(HM)/dL < 0.01`: samples have practically no gradient. Absent if there are none. */
  deadZone: LossPoint | undefined;
}

const DEAD = 0.01;

/**
 * Computes from which loss on the hard-mining loss with these options raises a loss or its gradient instead of lowering
 * it. The results are in double precision, from the formulas: `HM = f·L·σ` with `f = α` (`α·β` with
 * `form: 'algorithm'`) and `σ = 1/(1 + exp(−A(βL − B)))`.
 *
 * A `loss` of `Infinity` (`probability` 0) means that the slope stays below the level at every loss.
 *
 * @throws {InvalidArgumentError} as {@link hardMiningLoss} does.
 * @example
 * describeHardMining().crossing; // { loss: 0.69982…, probability: 0.4967… }
 * describeHardMining().peak; // { loss: 0.6858…, probability: 0.5037…, slope: 10.65… }
 */
export function describeHardMining(options: HardMiningOptions = {}): HardMiningDescription {
  const config = hardMiningConfig(options);
  const limit = hardMiningLimit(config);
  const slope = slopeOf(config);
  const peak = config.gate === 'through' ? peakOf(config) : undefined;
  return {
    config,
    limit,
    midpoint: pointAt(config, 0),
    crossing: crossingOf(config, limit),
    peak: peak === undefined ? undefined : { ...pointAt(config, peak), slope: slope(peak) },
    damped: firstReaching(1, config, slope, peak),
    deadZone: firstReaching(DEAD, config, slope, peak),
  };
}

// Everything below is a function of the gate's argument u = A(βL − B), in which the shape depends only on A·B.

function pointAt({ steepness, midpoint, beta }: HardMiningConfig, u: number): LossPoint {
  const loss = (u / steepness + midpoint) / beta;
  return { loss, probability: Math.exp(-loss) };
}

/** Returns the factor of a large loss. */
export const hardMiningLimit = (config: HardMiningConfig): number => {
  checkArguments('hardMiningLimit', { config }, { config: { has: ['alpha', 'beta'] } });
  const { form, alpha, beta } = config;
  return form === 'algorithm' ? alpha * beta : alpha;
};

/**
 * Returns the function `d(HM)/dL` of a loss L (of the batch's mean with `over: 'batch'`): the factor by which hard
 * mining changes the gradient.
 *
 * @example
 * hardMiningSlope(describeHardMining().config)(0.7); // 9.97…
 */
export function hardMiningSlope(config: HardMiningConfig): (loss: number) => number {
  checkArguments(
    'hardMiningSlope',
    { config },
    { config: { has: ['alpha', 'beta', 'steepness', 'midpoint'] } },
  );
  const { steepness, midpoint, beta } = config;
  const slope = slopeOf(config);
  return (loss) => slope(steepness * (beta * loss - midpoint));
}

/** The gate as a function of its argument. */
export const sigmoid = (u: number) => 1 / (1 + Math.exp(-u));

/** Returns `d(HM)/dL = f·σ·(1 + AβL·(1 − σ))` as a function of u, or `f·σ` with the gate stopped; `AβL = u + AB`. */
export function slopeOf(config: HardMiningConfig): (u: number) => number {
  const { steepness, midpoint, gate } = config;
  const limit = hardMiningLimit(config);
  const through = gate === 'through' ? 1 : 0;
  return (u) => limit * sigmoid(u) * (1 + through * (u + steepness * midpoint) * sigmoid(-u));
}

/** Solves `f·σ(u) = 1`: `u = −ln(f − 1)`. Undefined unless that is at a loss above 0. */
function crossingOf(config: HardMiningConfig, limit: number): LossPoint | undefined {
  if (limit <= 1) return undefined;
  const point = pointAt(config, -Math.log(limit - 1));
  return point.loss > 0 ? point : undefined;
}

/** The slope's derivative is 0 where `(u + AB)·tanh(u/2) = 2`: once, and below 2.4, where `u·tanh(u/2)` exceeds 2. */
const peakOf = ({ steepness, midpoint }: HardMiningConfig): number =>
  bisect((u) => (u + steepness * midpoint) * Math.tanh(u / 2) >= 2, 0, 2.4);

/** Finds where the slope reaches `level`. It rises from loss 0 to its peak, or always if the gate is stopped. */
function firstReaching(
  level: number,
  config: HardMiningConfig,
  slope: (u: number) => number,
  peak: number | undefined,
): LossPoint | undefined {
  const atZero = -config.steepness * config.midpoint;
  if (slope(atZero) >= level) return undefined;
  // At u = 40 the gate is open to the last digit.
  const highest = peak ?? 40;
  if (slope(highest) < level) return { loss: Infinity, probability: 0 };
  return pointAt(
    config,
    bisect((u) => slope(u) >= level, atZero, highest),
  );
}

/** Returns where a condition changes from false to true, to the last digit. It must change only once. */
function bisect(condition: (x: number) => boolean, low: number, high: number): number {
  let [below, above] = [low, high];
  for (;;) {
    const middle = below + (above - below) / 2;
    if (middle === below || middle === above) return above;
    if (condition(middle)) above = middle;
    else below = middle;
  }
}
