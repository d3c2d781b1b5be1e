import type { Level } from './pyramid.ts';

/** A part of a pyramid level and its position on a canvas. All positions are even, as P-Net's stride is 2. */
export interface Piece {
  level: Level;
  /** Left edge of the piece in its level. */
  left: number;
  top: number;
  width: number;
  height: number;
  /** Left edge of the piece on the canvas. */
  x: number;
  y: number;
}

/** A canvas of pieces that P-Net processes in one run. */
export interface Canvas {
  height: number;
  width: number;
  pieces: Piece[];
}

/** Overlap of neighbouring pieces of one level, so that no window is lost: P-Net's window minus its stride. */
const OVERLAP = 10;
const PIECE = 512;
const LIMIT = 1024;
/** Canvas sizes are multiples of this, so that photographs of many sizes share a few graphs. */
const STEP = 32;

/**
 * Lays the levels of a pyramid out on canvases of a few sizes, so that P-Net runs once instead of once per level.
 * Windows across two pieces are meaningless and are not read.
 */
export function layOut(levels: readonly Level[]): Canvas[] {
  const canvases: Canvas[] = [];
  const pieces = levels.flatMap(cut).sort((a, b) => b.height - a.height);
  const width = canvasWidth(pieces);
  for (const piece of pieces) {
    if (canvases.some((canvas) => place(canvas, piece))) continue;
    const canvas = { width, height: LIMIT, pieces: [] };
    place(canvas, piece);
    canvases.push(canvas);
  }
  for (const canvas of canvases) {
    canvas.height = roundUp(Math.max(...canvas.pieces.map(({ y, height }) => y + height)), STEP);
  }
  return canvases;
}

const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;

function canvasWidth(pieces: readonly Piece[]): number {
  const [first = 0, second = 0] = pieces.map(({ width }) => width);
  return Math.min(LIMIT, roundUp(roundUp(first, 2) + second, STEP));
}

function cut(level: Level): Piece[] {
  const pieces: Piece[] = [];
  const step = PIECE - OVERLAP;
  for (let top = 0; top === 0 || top + OVERLAP < level.height; top += step) {
    for (let left = 0; left === 0 || left + OVERLAP < level.width; left += step) {
      const height = Math.min(PIECE, level.height - top);
      const width = Math.min(PIECE, level.width - left);
      pieces.push({ level, left, top, width, height, x: 0, y: 0 });
    }
  }
  return pieces;
}

/** Places the piece at the highest free corner, leftmost first. Returns false if the canvas has no room. */
function place(canvas: Canvas, piece: Piece): boolean {
  const columns = [0, ...canvas.pieces.map(({ x, width }) => roundUp(x + width, 2))].sort((a, b) => a - b);
  const rows = [0, ...canvas.pieces.map(({ y, height }) => roundUp(y + height, 2))].sort((a, b) => a - b);
  for (const y of rows) {
    for (const x of columns) {
      if (!fits(canvas, { ...piece, x, y })) continue;
      Object.assign(piece, { x, y });
      canvas.pieces.push(piece);
      return true;
    }
  }
  return false;
}

const fits = (canvas: Canvas, piece: Piece): boolean =>
  piece.x + piece.width <= canvas.width &&
  piece.y + piece.height <= canvas.height &&
  canvas.pieces.every((other) => apart(piece, other));

const apart = (a: Piece, b: Piece): boolean =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
