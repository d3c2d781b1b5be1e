import type { backend_util } from '@tensorflow/tfjs-core';
import type { Tracer } from '../trace/tracer.ts';
import { pick, withBorder } from './spatial.ts';

/**
 * One residue of a pixel's row (or column) index modulo a window's stride. Pixel `r = stride · q + residue` lies
 * under the taps `a` with `a ≡ residue + pad`, in the windows `q + (residue + pad − a) / stride`.
 */
export interface Phase {
  /** Taps that reach its pixels, in descending order. */
  taps: number[];
  /** For each tap, the window of the first pixel; the next pixel has the next window. */
  windows: number[];
  /** Number of pixels. */
  length: number;
}

/** Returns the phases of one axis. */
const phasesOf = (stride: number, size: number, pad: number, length: number): Phase[] =>
  Array.from({ length: Math.min(stride, length) }, (_, residue) => {
    const taps: number[] = [];
    for (let tap = (residue + pad) % stride; tap < size; tap += stride) taps.unshift(tap);
    const windows = taps.map((tap) => (residue + pad - tap) / stride);
    return { taps, windows, length: Math.ceil((length - residue) / stride) };
  });

/** Returns the phases of a window along rows and columns. */
export const phaseGrid = ({
  strideHeight,
  strideWidth,
  filterHeight,
  filterWidth,
  padInfo,
  inHeight,
  inWidth,
}: backend_util.Conv2DInfo) => ({
  rows: phasesOf(strideHeight, filterHeight, padInfo.top, inHeight),
  columns: phasesOf(strideWidth, filterWidth, padInfo.left, inWidth),
});

/** Pixels of one phase, `[outer, rows · columns, inner]`; all zero if there is no name. */
export interface PhaseImage {
  name: string | undefined;
  row: Phase;
  column: Phase;
}

/** Joins the images of all phases, row by row, into `[outer, height · width, inner]`. */
export function interleave(tracer: Tracer, images: PhaseImage[], outer: number, inner: number): string {
  if (images.length === 1 && images[0]!.name !== undefined) return images[0]!.name;
  const offsets: (number | undefined)[] = [];
  const parts: string[] = [];
  let total = 0;
  for (const { name, row, column } of images) {
    offsets.push(name === undefined ? undefined : total);
    if (name === undefined) continue;
    parts.push(name);
    total += row.length * column.length;
  }
  const joined = parts.length === 1 ? parts[0]! : tracer.node('Concat', parts, { attributes: { axis: 1 } });
  const pixels = { name: joined, outer, pixels: total, inner, layout: 'logical' as const };
  const source = parts.length < images.length ? withBorder(tracer, pixels, 0) : joined;
  const indices = interleaved(images, offsets, total);
  return pick(tracer, source, indices, [indices.length]);
}

function interleaved(images: PhaseImage[], offsets: (number | undefined)[], border: number): number[] {
  const columns = [...new Set(images.map(({ column }) => column))];
  const rows = [...new Set(images.map(({ row }) => row))];
  const height = rows.reduce((sum, { length }) => sum + length, 0);
  const width = columns.reduce((sum, { length }) => sum + length, 0);
  return Array.from({ length: height * width }, (_, index) => {
    const [y, x] = [Math.floor(index / width), index % width];
    const phase = (y % rows.length) * columns.length + (x % columns.length);
    const offset = offsets[phase];
    const stride = images[phase]!.column.length;
    return offset === undefined
      ? border
      : offset + Math.floor(y / rows.length) * stride + Math.floor(x / columns.length);
  });
}
