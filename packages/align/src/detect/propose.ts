import type { RgbImage } from '@hm/images/browser';
import type { HostTensor } from '@hm/tensor/host';
import type { Networks } from '../networks/network-runner.ts';
import { type Candidate, type Regression, regress, toSquare } from './box.ts';
import { layOut, type Piece } from './canvas.ts';
import { nonMaximumSuppression } from './non-maximum-suppression.ts';
import { ceilMask, paint } from './paint-canvas.ts';
import { type Level, pyramid } from './pyramid.ts';

interface Proposal {
  box: Candidate;
  regression: Regression;
}

/** Options for the first stage. */
export interface ProposeOptions {
  minFaceSize: number;
  factor: number;
  threshold: number;
}

const STRIDE = 2;
const CELL = 12;

/**
 * Stage 1: runs P-Net over the pyramid, suppresses within each scale and then across scales, moves the edges and
 * makes the boxes square.
 */
export async function propose(
  networks: Networks,
  image: RgbImage,
  { minFaceSize, factor, threshold }: ProposeOptions,
): Promise<Candidate[]> {
  const levels = pyramid(image.height, image.width, minFaceSize, factor);
  const byLevel = new Map<Level, Proposal[]>(levels.map((level) => [level, []]));
  for (const canvas of layOut(levels)) {
    const { probabilities, regression } = await networks.propose(paint(image, canvas), ceilMask(canvas));
    for (const piece of canvas.pieces) {
      byLevel.get(piece.level)!.push(...readPiece(piece, probabilities!, regression!, threshold));
    }
  }
  const perScale = [...byLevel.values()].flatMap((proposals) => suppress(proposals, 0.5));
  return suppress(perScale, 0.7).map(({ box, regression }) => toSquare(regress(box, regression, 0)));
}

/** Number of cells of P-Net's map for `size` pixels: valid convolutions and one ceil-mode pooling. */
const cells = (size: number): number => Math.ceil((size - 2) / 2) - 4;

function readPiece(piece: Piece, probabilities: HostTensor, regression: HostTensor, threshold: number) {
  const columns = probabilities.shape[2]!;
  const found: Proposal[] = [];
  for (let row = 0; row < cells(piece.height); row++) {
    for (let column = 0; column < cells(piece.width); column++) {
      const cell = (piece.y / STRIDE + row) * columns + piece.x / STRIDE + column;
      const score = probabilities.data[cell * 2 + 1] as number;
      if (score < threshold) continue;
      found.push({
        box: cellBox(piece.left / STRIDE + column, piece.top / STRIDE + row, piece.level.scale, score),
        regression: regressionAt(regression, cell),
      });
    }
  }
  return found;
}

const cellBox = (column: number, row: number, scale: number, score: number): Candidate => ({
  x1: Math.trunc((STRIDE * column + 1) / scale),
  y1: Math.trunc((STRIDE * row + 1) / scale),
  x2: Math.trunc((STRIDE * column + CELL) / scale),
  y2: Math.trunc((STRIDE * row + CELL) / scale),
  score,
});

/** Returns the four shifts in row `index` of a network's regression output. */
export const regressionAt = ({ data }: HostTensor, index: number): Regression =>
  Array.from(data.subarray(index * 4, index * 4 + 4) as Float32Array) as unknown as Regression;

const suppress = (proposals: readonly Proposal[], threshold: number): Proposal[] =>
  nonMaximumSuppression(
    proposals.map(({ box }) => box),
    threshold,
  ).map((index) => proposals[index]!);
