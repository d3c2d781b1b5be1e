import type { Window } from '@hm/images/browser';

/**
 * A candidate box in the original implementation's coordinates: 1-based with both ends inclusive, so the width is
 * `x2 - x1 + 1`.
 */
export interface Candidate {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  score: number;
}

/** Outputs of a network's regression head: shifts of the four edges, in units of the box. */
export type Regression = readonly [number, number, number, number];

/**
 * Moves the edges of a box: `x1 + shift · w`, with `w = x2 - x1` for P-Net (`inclusive` 0) and one more for the later
 * networks.
 */
export function regress(box: Candidate, [left, top, right, bottom]: Regression, inclusive: 0 | 1): Candidate {
  const width = box.x2 - box.x1 + inclusive;
  const height = box.y2 - box.y1 + inclusive;
  return {
    x1: box.x1 + left * width,
    y1: box.y1 + top * height,
    x2: box.x2 + right * width,
    y2: box.y2 + bottom * height,
    score: box.score,
  };
}

/** Returns the square with the same centre and the longer side, with its corners truncated to whole numbers. */
export function toSquare(box: Candidate): Candidate {
  const width = box.x2 - box.x1;
  const height = box.y2 - box.y1;
  const side = Math.max(width, height);
  const x1 = box.x1 + width / 2 - side / 2;
  const y1 = box.y1 + height / 2 - side / 2;
  return {
    x1: Math.trunc(x1),
    y1: Math.trunc(y1),
    x2: Math.trunc(x1 + side),
    y2: Math.trunc(y1 + side),
    score: box.score,
  };
}

/** Returns the pixels that a candidate covers, in 0-based edge coordinates. */
export const windowOf = ({ x1, y1, x2, y2 }: Candidate): Window => ({
  left: x1 - 1,
  top: y1 - 1,
  width: x2 - x1 + 1,
  height: y2 - y1 + 1,
});
