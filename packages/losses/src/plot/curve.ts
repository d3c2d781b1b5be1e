import { describeHardMining, hardMiningLimit, sigmoid, slopeOf } from '../decorators/describe-hard-mining.ts';
import type { HardMiningConfig, HardMiningOptions } from '../decorators/hard-mining-loss.ts';

/** A line of the figure, as a function of the cross-entropy loss. */
export interface Curve {
  name: string;
  /** Suffix of its style classes, `hm-…`. */
  color: string;
  at(loss: number): number;
  /** The height that the figure should show. */
  top: number;
  /** The range of losses in which the curve is steep. */
  steep: readonly [from: number, to: number];
  /** The point to mark with a dot: where the loss is unchanged, or where the slope is largest. */
  mark?: { loss: number; text: string };
}

/** The quantity that a figure shows. */
export type Quantity = 'loss' | 'slope';

// The figure is as high as the loss of a clearly wrong sample, with a probability of 5 % for its class.
const SHOWN_LOSS = -Math.log(0.05);

/** Returns the curve of the loss without hard mining. */
export const plainCurve = (show: Quantity): Curve => ({
  name: 'cross-entropy',
  color: 'plain',
  at: show === 'loss' ? (loss) => loss : () => 1,
  top: show === 'loss' ? SHOWN_LOSS : 1,
  steep: [0, 0],
});

/** Returns a curve per choice of options, named by the options that differ. */
export function hardMiningCurves(choices: readonly HardMiningOptions[], show: Quantity): Curve[] {
  const descriptions = choices.map((options) => describeHardMining(options));
  const names = namesOf(descriptions.map(({ config }) => config));
  return descriptions.map(({ config, crossing, peak, limit }, i) => {
    const { steepness, beta, midpoint } = config;
    const gate = (loss: number) => steepness * (beta * loss - midpoint);
    const slope = slopeOf(config);
    const at =
      show === 'loss'
        ? (loss: number) => hardMiningLimit(config) * loss * sigmoid(gate(loss))
        : (loss: number) => slope(gate(loss));
    const mark =
      show === 'loss'
        ? crossing && { ...crossing, text: 'crosses' }
        : peak && { ...peak, text: peak.slope.toFixed(2) };
    return {
      name: names[i] as string,
      color: `c${i}`,
      at,
      top: show === 'loss' ? at(SHOWN_LOSS) : Math.max(limit, peak?.slope ?? 0),
      steep: [(midpoint - 8 / steepness) / beta, (midpoint + 8 / steepness) / beta],
      ...(mark && {
        mark: { loss: mark.loss, text: `${mark.text} at p = ${Math.exp(-mark.loss).toFixed(3)}` },
      }),
    };
  });
}

const signs: Partial<Record<keyof HardMiningConfig, string>> = {
  alpha: 'α = ',
  beta: 'β = ',
  steepness: 'A = ',
  midpoint: 'B = ',
  over: 'over the ',
  gate: 'gate ',
};

function namesOf(configs: readonly HardMiningConfig[]): string[] {
  const keys = Object.keys(configs[0] ?? {}) as (keyof HardMiningConfig)[];
  const differing = keys.filter((key) => new Set(configs.map((config) => config[key])).size > 1);
  return configs.map((config) => {
    const parts = differing.map((key) => `${signs[key] ?? ''}${config[key]}`);
    return parts.length > 0 ? parts.join(', ') : 'hard-mining loss';
  });
}

/** Returns probabilities in ascending order, dense where curves are steep: near 0, and where the gate opens. */
const probabilitiesOf = ({ steep: [from, to] }: Curve): number[] => {
  const growing = Array.from({ length: 161 }, (_, i) => Math.max(1e-6, (i / 160) ** 2));
  const dense = Array.from({ length: 61 }, (_, i) => Math.exp(-(from + ((to - from) * i) / 60)));
  return [...growing, ...dense.filter((p) => p > 1e-6 && p < 1)].sort((a, b) => a - b);
};

/** Returns the points (probability, value) of the part of a curve that is not above `yMax`. */
export function pointsOf(curve: Curve, yMax: number): [probability: number, value: number][] {
  const points = probabilitiesOf(curve).map((p): [number, number] => [p, curve.at(-Math.log(p))]);
  const first = points.findIndex(([, value]) => value <= yMax);
  const [above, below] = [points[first - 1], points[first]];
  if (!above || !below) return points.slice(Math.max(0, first));
  const share = (above[1] - yMax) / (above[1] - below[1]);
  return [[above[0] + share * (below[0] - above[0]), yMax], ...points.slice(first)];
}
