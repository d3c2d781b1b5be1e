import { checkArguments } from '@hm/tensor/host';
import { type HardMiningConfig, type HardMiningOptions, hardMiningConfig } from './hard-mining-loss.ts';

/** A loss L, and the probability of the label at which cross-entropy has that loss, `exp(−L)`. */
export interface LossPoint {
  loss: number;
  probability: number;
}

/** What a choice of options does to a loss; the losses are those of a sample (of the batch's mean, `over: 'batch'`). */
export interface HardMiningDescription {
  /** Every option, defaults filled in. */
  config: HardMiningConfig;
  /** What a large loss is multiplied by: `α`, in the form of the algorithm `α·β`. */
  limit: number;
  /** Where the gate is half open: `L = B/β`. */
  midpoint: LossPoint;
  /** Where the loss is left as it is: smaller in the end for easier samples, larger for harder. Absent if never. */
  crossing: LossPoint | undefined;
  /** Where `d(HM)/dL` is largest, and how large. Absent with `gate: 'stopped'`: the slope then rises to `limit`. */
  peak: (LossPoint & { slope: number }) | undefined;
  /** Below this loss `d(HM)/dL < 1`: such samples pull less than without hard mining. Absent if there are none. */
  damped: LossPoint | undefined;
  /** Below this loss `d(HM)/dL < 0.01`: such samples pull practically not at all. Absent if there are none. */
  deadZone: LossPoint | undefined;
}

const DEAD = 0.01;

/**
 * Where the hard-mining loss with these options changes from taking to giving, in double precision, from the formulas:
 * `HM = f·L·σ` with `f = α` (`α·β` in the form of the algorithm) and `σ = 1/(1 + exp(−A(βL − B)))`.
 *
 * A `loss` of `Infinity` (`probability` 0) says that the slope stays below at every loss.
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

// Everything below is a function of the gate's argument u = A(βL − B), in which the shape depends on A·B alone.

function pointAt({ steepness, midpoint, beta }: HardMiningConfig, u: number): LossPoint {
  const loss = (u / steepness + midpoint) / beta;
  return { loss, probability: Math.exp(-loss) };
}

/** What a large loss is multiplied by. */
export const hardMiningLimit = (config: HardMiningConfig): number => {
  checkArguments('hardMiningLimit', { config }, { config: { has: ['alpha', 'beta'] } });
  const { form, alpha, beta } = config;
  return form === 'algorithm' ? alpha * beta : alpha;
};

/**
 * `d(HM)/dL` of a loss L (of the batch's mean, `over: 'batch'`): how much harder it pulls than without hard mining.
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

/** The gate of its argument. */
export const sigmoid = (u: number) => 1 / (1 + Math.exp(-u));

/** `d(HM)/dL = f·σ·(1 + AβL·(1 − σ))`, or `f·σ` with the gate stopped; `AβL = u + AB`. */
export function slopeOf(config: HardMiningConfig): (u: number) => number {
  const { steepness, midpoint, gate } = config;
  const limit = hardMiningLimit(config);
  const through = gate === 'through' ? 1 : 0;
  return (u) => limit * sigmoid(u) * (1 + through * (u + steepness * midpoint) * sigmoid(-u));
}

/** `f·σ(u) = 1`, so `u = −ln(f − 1)`, if that is at a loss above 0. */
function crossingOf(config: HardMiningConfig, limit: number): LossPoint | undefined {
  if (limit <= 1) return undefined;
  const point = pointAt(config, -Math.log(limit - 1));
  return point.loss > 0 ? point : undefined;
}

/** The slope's derivative is 0 where `(u + AB)·tanh(u/2) = 2`: once, and below 2.4, where `u·tanh(u/2)` is past 2. */
const peakOf = ({ steepness, midpoint }: HardMiningConfig): number =>
  bisect((u) => (u + steepness * midpoint) * Math.tanh(u / 2) >= 2, 0, 2.4);

/** Where the slope, which rises from loss 0 to its peak (with the gate stopped for ever), reaches `level`. */
function firstReaching(
  level: number,
  config: HardMiningConfig,
  slope: (u: number) => number,
  peak: number | undefined,
): LossPoint | undefined {
  const atZero = -config.steepness * config.midpoint;
  if (slope(atZero) >= level) return undefined;
  // 40 past the midpoint the gate is open to the last digit.
  const highest = peak ?? 40;
  if (slope(highest) < level) return { loss: Infinity, probability: 0 };
  return pointAt(
    config,
    bisect((u) => slope(u) >= level, atZero, highest),
  );
}

/** The border between false and true of a condition that changes once, to the last digit. */
function bisect(condition: (x: number) => boolean, low: number, high: number): number {
  let [below, above] = [low, high];
  for (;;) {
    const middle = below + (above - below) / 2;
    if (middle === below || middle === above) return above;
    if (condition(middle)) above = middle;
    else below = middle;
  }
}
