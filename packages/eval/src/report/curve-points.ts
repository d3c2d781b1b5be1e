import { rocCurve } from '../metrics/curve.ts';
import type { PairScore } from '../verification/verification-result.ts';

/** One operating point of a curve. */
export interface CurvePoint {
  far: number;
  /** `1 - TAR`. */
  frr: number;
}

/** A plot's width in pixels holds no more points than that. */
const BUCKETS = 360;

/**
 * The operating points that a plot with a logarithmic FAR can show: of those that fall on one pixel the lowest and the
 * highest.
 */
export function curvePoints(scores: readonly PairScore[]): CurvePoint[] {
  const { far, tar, impostors } = rocCurve({
    distances: scores.map(({ distance }) => distance),
    same: scores.map(({ same }) => same),
  });
  const buckets = new Map<number, CurvePoint[]>();
  far.forEach((rate, k) => {
    if (rate === 0) return;
    const point = { far: rate, frr: 1 - tar[k]! };
    const bucket = Math.round((Math.log(rate) / Math.log(1 / impostors)) * BUCKETS);
    const [first] = buckets.get(bucket) ?? [];
    buckets.set(bucket, first === undefined ? [point] : [first, point]);
  });
  return [...buckets.values()].flat();
}
