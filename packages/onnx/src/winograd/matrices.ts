import type { TileSize } from './tiling.ts';

/** Rows of a matrix. */
export type Matrix = readonly (readonly number[])[];

/** Winograd's matrices at the points 0, 1, −1, (2, −2,) ∞, which transform a tile, a filter, and the products back. */
export const matrices: Record<TileSize, { tile: Matrix; filter: Matrix; result: Matrix }> = {
  2: {
    tile: [
      [1, 0, -1, 0],
      [0, 1, 1, 0],
      [0, -1, 1, 0],
      [0, 1, 0, -1],
    ],
    filter: [
      [1, 0, 0],
      [1 / 2, 1 / 2, 1 / 2],
      [1 / 2, -1 / 2, 1 / 2],
      [0, 0, 1],
    ],
    result: [
      [1, 1, 1, 0],
      [0, 1, -1, -1],
    ],
  },
  4: {
    tile: [
      [4, 0, -5, 0, 1, 0],
      [0, -4, -4, 1, 1, 0],
      [0, 4, -4, -1, 1, 0],
      [0, -2, -1, 2, 1, 0],
      [0, 2, -1, -2, 1, 0],
      [0, 4, 0, -5, 0, 1],
    ],
    filter: [
      [1 / 4, 0, 0],
      [-1 / 6, -1 / 6, -1 / 6],
      [-1 / 6, 1 / 6, -1 / 6],
      [1 / 24, 1 / 12, 1 / 6],
      [1 / 24, -1 / 12, 1 / 6],
      [0, 0, 1],
    ],
    result: [
      [1, 1, 1, 1, 1, 0],
      [0, 1, -1, 2, -2, 0],
      [0, 1, 1, 4, 4, 0],
      [0, 1, -1, 8, -8, 1],
    ],
  },
};

/** Transposes a matrix. */
export const transpose = (matrix: Matrix): Matrix =>
  matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));

/** Returns the effect of a matrix on rows and columns of a square, as one matrix on the elements of the square. */
export const onSquares = (matrix: Matrix): Matrix =>
  matrix.flatMap((a) => matrix.map((b) => a.flatMap((x) => b.map((y) => x * y))));
