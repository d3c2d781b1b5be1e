import type { ScoredPairs } from '../metrics/scored-pairs.ts';

/** A logistic curve: `P(same | distance) = 1 / (1 + exp(-(intercept + slope · distance)))`. */
export interface Logistic {
  kind: 'platt';
  slope: number;
  intercept: number;
}

/**
 * Fits probabilities to distances as Platt does: logistic regression on targets `(N₊ + 1) / (N₊ + 2)` and
 * `1 / (N₋ + 2)`, which stay finite where the kinds separate perfectly. It uses Newton's method with step halving.
 *
 * @see Platt, Probabilistic outputs for support vector machines, 1999; Lin, Lin, Weng 2007
 */
export function fitPlatt({ distances, same }: ScoredPairs): Logistic {
  const genuine = same.filter(Boolean).length;
  const high = (genuine + 1) / (genuine + 2);
  const low = 1 / (same.length - genuine + 2);
  const targets = Float64Array.from(same, (kind) => (kind ? high : low));
  const values = Float64Array.from(distances);
  let [slope, intercept] = [0, Math.log((genuine + 1) / (same.length - genuine + 1))];
  let loss = lossOf(values, targets, slope, intercept);
  for (let step = 0; step < 100; step++) {
    const [stepSlope, stepIntercept, decrement] = newtonStep(values, targets, slope, intercept);
    if (decrement < 1e-28 * Math.max(1, loss)) break;
    let [scale, next] = [1, Number.POSITIVE_INFINITY];
    for (; scale > 1e-10; scale /= 2) {
      next = lossOf(values, targets, slope + scale * stepSlope, intercept + scale * stepIntercept);
      if (next <= loss) break;
    }
    if (next > loss) break;
    [slope, intercept, loss] = [slope + scale * stepSlope, intercept + scale * stepIntercept, next];
  }
  return { kind: 'platt', slope, intercept };
}

/** Returns `1 / (1 + e⁻ˣ)`. */
export const sigmoid = (x: number): number =>
  x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));

function lossOf(values: Float64Array, targets: Float64Array, slope: number, intercept: number): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) {
    const x = intercept + slope * values[k]!;
    sum += Math.max(x, 0) - targets[k]! * x + Math.log1p(Math.exp(-Math.abs(x)));
  }
  return sum;
}

function newtonStep(values: Float64Array, targets: Float64Array, slope: number, intercept: number) {
  let [g0, g1, h00, h01, h11] = [0, 0, 1e-300, 0, 1e-300];
  for (let k = 0; k < values.length; k++) {
    const p = sigmoid(intercept + slope * values[k]!);
    const [residual, weight] = [p - targets[k]!, p * (1 - p)];
    g0 += residual;
    g1 += residual * values[k]!;
    h00 += weight;
    h01 += weight * values[k]!;
    h11 += weight * values[k]! ** 2;
  }
  const determinant = h00 * h11 - h01 * h01;
  const stepIntercept = -(h11 * g0 - h01 * g1) / determinant;
  const stepSlope = -(h00 * g1 - h01 * g0) / determinant;
  return [stepSlope, stepIntercept, -(g0 * stepIntercept + g1 * stepSlope)] as const;
}
