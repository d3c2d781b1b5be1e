import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Layout } from '../layout.ts';
import type { Tracer } from '../trace/tracer.ts';

/**
 * An image as rows of `inner` neighbouring values, one row per pixel: `[outer, pixels, inner]`. Blocked images have
 * `N · C / block` outer items of `block` channels, logical ones `N` items of `C` channels.
 */
export interface Pixels {
  name: string;
  outer: number;
  pixels: number;
  inner: number;
  layout: 'nchw-blocked' | 'logical';
}

/** Views an image as pixels, without moving a value. */
export function pixelsOf(tracer: Tracer, x: TensorInfo, layout: Pixels['layout']): Pixels {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const inner = layout === 'logical' ? c : tracer.block;
  const outer = (n * c) / inner;
  return {
    name: tracer.reshape(tracer.named(x, layout), [outer, h * w, inner]),
    outer,
    pixels: h * w,
    inner,
    layout,
  };
}

/** Returns the layout in which the pixels of a value are cheapest to access. */
export const pixelLayout = (tracer: Tracer, x: TensorInfo): Pixels['layout'] =>
  tracer.has(x, 'nchw-blocked') ? 'nchw-blocked' : 'logical';

/** Appends one pixel of a constant value; its index is then `pixels`. */
export function withBorder(
  tracer: Tracer,
  { name, outer, inner }: Pick<Pixels, 'name' | 'outer' | 'inner'>,
  value: number,
): string {
  const border = tracer.expand(tracer.graph.scalar(value), [outer, 1, inner], 'Gather');
  return tracer.node('Concat', [name, border], { attributes: { axis: 1 } });
}

/** Gathers pixels by index; each index copies `inner` neighbouring values, on all threads. */
export const pick = (
  tracer: Tracer,
  name: string,
  indices: ArrayLike<number>,
  shape: readonly number[],
): string =>
  tracer.node('Gather', [name, tracer.graph.constant('int32', shape, indices)], { attributes: { axis: 1 } });

/** Turns pixels, `[outer, h · w, inner]`, back into an image. */
export function imageOf(
  tracer: Tracer,
  name: string,
  shape: readonly number[],
  layout: Layout,
  producer: string,
): TensorInfo {
  return tracer.output(
    tracer.reshape(name, tracer.declared({ shape } as TensorInfo, layout)),
    shape,
    'float32',
    producer,
    layout,
  );
}
