import { checkArguments, InvalidArgumentError } from '@hm/tensor/host';
import type { Point } from '../detect/face.ts';

/**
 * A similarity of the plane without reflection: `x' = a·x - b·y + tx`, `y' = b·x + a·y + ty`, with
 * `a = s·cos θ` and `b = s·sin θ`.
 */
export interface SimilarityTransform {
  a: number;
  b: number;
  tx: number;
  ty: number;
}

/**
 * Returns the similarity that maps `from` to `to` with the least squares error (Umeyama 1991). In the plane it has a
 * closed form: with both sets relative to their means, `a = Σ⟨p, q⟩ / Σ|p|²` and `b = Σ(p × q) / Σ|p|²`.
 *
 * @throws {InvalidArgumentError} if the sets differ in size or the points of `from` are all the same.
 * @see https://doi.org/10.1109/34.88573
 * @example
 * const transform = umeyama(face.landmarks, templates['arcface-112x112'].landmarks);
 */
export function umeyama(from: readonly Point[], to: readonly Point[]): SimilarityTransform {
  checkArguments('umeyama', { from, to }, { from: 'array', to: 'array' });
  if (from.length !== to.length) throw unequal(from.length, to.length);
  const [fromX, fromY] = mean(from);
  const [toX, toY] = mean(to);
  let spread = 0;
  let dot = 0;
  let cross = 0;
  from.forEach(([x, y], index) => {
    const [px, py] = [x - fromX, y - fromY];
    const [qx, qy] = [to[index]![0] - toX, to[index]![1] - toY];
    spread += px * px + py * py;
    dot += px * qx + py * qy;
    cross += px * qy - py * qx;
  });
  if (!(spread > 0 && Number.isFinite(spread))) throw degenerate(from);
  const [a, b] = [dot / spread, cross / spread];
  return { a, b, tx: toX - a * fromX + b * fromY, ty: toY - b * fromX - a * fromY };
}

/** Returns the inverse of `transform`. */
export function invert({ a, b, tx, ty }: SimilarityTransform): SimilarityTransform {
  const square = a * a + b * b;
  const [inverseA, inverseB] = [a / square, -b / square];
  return {
    a: inverseA,
    b: inverseB,
    tx: -inverseA * tx + inverseB * ty,
    ty: -inverseB * tx - inverseA * ty,
  };
}

/** Applies a transform to a point. */
export const transformPoint = ({ a, b, tx, ty }: SimilarityTransform, [x, y]: Point): Point => [
  a * x - b * y + tx,
  b * x + a * y + ty,
];

const mean = (points: readonly Point[]): Point => [
  points.reduce((sum, [x]) => sum + x, 0) / points.length,
  points.reduce((sum, [, y]) => sum + y, 0) / points.length,
];

const unequal = (from: number, to: number) =>
  new InvalidArgumentError({
    where: 'umeyama',
    expected: `as many target points as source points (${from})`,
    received: to,
    fix: 'Pass pairs of corresponding points.',
  });

const degenerate = (from: readonly Point[]) =>
  new InvalidArgumentError({
    where: 'umeyama',
    expected: 'at least two different finite points',
    received: from,
    fix: 'Check the landmarks: a face has five different ones.',
  });
