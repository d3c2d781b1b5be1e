import { type HostTensor, hostTensor, sizeOf } from '@hm/tensor/host';

/**
 * Order of a value's elements in memory. `logical` is tfjs's own order: images NHWC, filters HWIO. The blocked layouts
 * split channels into blocks of 8 or 16, as ONNX Runtime's fastest convolutions need them.
 */
export type Layout = 'logical' | 'nchw' | 'nchw-blocked' | 'oihw' | 'oihw-blocked' | 'oihw-blocked-output';

type Shape4 = readonly [number, number, number, number];

/** A layout splits the logical value into more dimensions, permutes these, and declares a shape to ONNX. */
interface LayoutRule {
  split(shape: Shape4, block: number): number[];
  permutation: readonly number[];
  declared(shape: Shape4): number[];
}

const nchw = ([n, h, w, c]: Shape4) => [n, c, h, w];
const oihw = ([h, w, i, o]: Shape4) => [o, i, h, w];

const rules: Record<Exclude<Layout, 'logical'>, LayoutRule> = {
  nchw: { split: (shape) => [...shape], permutation: [0, 3, 1, 2], declared: nchw },
  oihw: { split: (shape) => [...shape], permutation: [3, 2, 0, 1], declared: oihw },
  'nchw-blocked': {
    split: ([n, h, w, c], block) => [n, h * w, c / block, block],
    permutation: [0, 2, 1, 3],
    declared: nchw,
  },
  'oihw-blocked': {
    split: ([h, w, i, o], block) => [h * w, i / block, block, o / block, block],
    permutation: [3, 1, 0, 2, 4],
    declared: oihw,
  },
  'oihw-blocked-output': {
    split: ([h, w, i, o], block) => [h * w, i, o / block, block],
    permutation: [2, 1, 0, 3],
    declared: oihw,
  },
};

/** Reshape, transpose, reshape: converts the logical order to a layout, or back. */
export interface Rearrangement {
  split: readonly number[];
  permutation: readonly number[];
  declared: readonly number[];
}

/** Returns the shape that ONNX declares for a value in a layout. */
export const declaredShape = (layout: Layout, shape: readonly number[]): readonly number[] =>
  layout === 'logical' ? shape : rules[layout].declared(shape as unknown as Shape4);

/** Returns the rearrangement from the logical order to a layout. */
export function toLayout(
  layout: Exclude<Layout, 'logical'>,
  shape: readonly number[],
  block: number,
): Rearrangement {
  const rule = rules[layout];
  const logical = shape as unknown as Shape4;
  return {
    split: rule.split(logical, block),
    permutation: rule.permutation,
    declared: rule.declared(logical),
  };
}

/** Returns the rearrangement from a layout back to the logical order. */
export function fromLayout(
  layout: Exclude<Layout, 'logical'>,
  shape: readonly number[],
  block: number,
): Rearrangement {
  const { split, permutation } = toLayout(layout, shape, block);
  return {
    split: permutation.map((axis) => split[axis]!),
    permutation: permutation.map((_, axis) => permutation.indexOf(axis)),
    declared: shape,
  };
}

/** Returns where each run of neighbouring elements that a rearrangement keeps together comes from, in the new order. */
export function sourcesOf({ split, permutation }: Rearrangement, run = 1): Int32Array {
  const strides = split.map((_, axis) => sizeOf(split.slice(axis + 1)) / run);
  const sizes = permutation.map((axis) => split[axis]!);
  const steps = permutation.map((axis) => strides[axis]!);
  if (run > 1) sizes.pop();
  const sources = new Int32Array(sizeOf(sizes));
  let written = 0;
  const walk = (axis: number, offset: number): void => {
    if (axis === sizes.length) sources[written++] = offset;
    else for (let i = 0; i < sizes[axis]!; i++) walk(axis + 1, offset + i * steps[axis]!);
  };
  walk(0, 0);
  return sources;
}

/** Applies a rearrangement to values in host memory. */
function rearrange(tensor: HostTensor, rearrangement: Rearrangement): HostTensor {
  const source = tensor.data;
  const target = new (source.constructor as Float32ArrayConstructor)(source.length);
  const sources = sourcesOf(rearrangement);
  for (let index = 0; index < sources.length; index++) target[index] = source[sources[index]!] as number;
  return hostTensor(tensor.dtype, rearrangement.declared, target as never);
}

const copyOf = (tensor: HostTensor): HostTensor =>
  hostTensor(tensor.dtype, tensor.shape, tensor.data.slice() as never);

/** Returns a copy in a layout of a tensor that is in its logical order. */
export const store = (tensor: HostTensor, layout: Layout, block: number): HostTensor =>
  layout === 'logical' ? copyOf(tensor) : rearrange(tensor, toLayout(layout, tensor.shape, block));

/** Returns a copy in the logical order, with this shape, of a tensor that is in a layout. */
export const restore = (
  tensor: HostTensor,
  layout: Layout,
  shape: readonly number[],
  block: number,
): HostTensor =>
  layout === 'logical' ? copyOf(tensor) : rearrange(tensor, fromLayout(layout, shape, block));
