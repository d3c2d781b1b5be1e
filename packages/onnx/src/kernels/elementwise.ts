import { sizeOf } from '@hm/tensor/host';
import { backend_util, type DataType, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Attribute } from '../graph.ts';
import type { Layout } from '../layout.ts';
import type { Tracer } from '../trace/tracer.ts';

interface ElementwiseOptions {
  attributes?: Record<string, Attribute>;
  /** Names of further inputs that are not element-wise operands, such as a minimum. */
  extra?: string[];
  producer?: string;
}

/** Appends an element-wise operator in the layout that its operands have, broadcasting as tfjs does. */
export function elementwise(
  tracer: Tracer,
  op: string,
  operands: TensorInfo[],
  shape: readonly number[],
  dtype: DataType,
  { attributes = {}, extra = [], producer = op }: ElementwiseOptions = {},
): TensorInfo {
  if (!reaches(tracer, operands, shape))
    return fromUniform(tracer, op, operands, shape, dtype, { attributes, extra, producer });
  const layout = commonLayout(tracer, operands, shape);
  const perChannel = layout === 'nchw-blocked' && operands.some((info) => isPerChannel(info, shape));
  const names = operands.map((info) => operand(tracer, info, shape, layout, perChannel));
  const whole = operands.every((info) => sameShape(info.shape, shape) && !tracer.isRepeated(info));
  const result = tracer.node(op, [...names, ...extra], {
    attributes,
    sameShape: whole && extra.length === 0,
  });
  const declared = perChannel ? tracer.reshape(result, [shape[0]!, shape[3]!, shape[1]!, shape[2]!]) : result;
  return tracer.output(declared, shape, dtype, producer, layout);
}

/** Returns true if the operands broadcast to the shape even though those of one repeated value enter as scalars. */
function reaches(tracer: Tracer, operands: TensorInfo[], shape: readonly number[]): boolean {
  const solid = operands.filter((info) => !tracer.isRepeated(info)).map((info) => info.shape);
  const joined = solid.reduce((a, b) => backend_util.assertAndGetBroadcastShape(a, b), []);
  return sameShape(joined, shape);
}

/** Applies the operator to operands that are too small, then expands the result to the shape. */
function fromUniform(
  tracer: Tracer,
  op: string,
  operands: TensorInfo[],
  shape: readonly number[],
  dtype: DataType,
  { attributes = {}, extra = [], producer = op }: ElementwiseOptions,
): TensorInfo {
  const names = operands.map((info) =>
    tracer.isRepeated(info) ? tracer.scalarOf(info)! : tracer.named(info),
  );
  const small = tracer.node(op, [...names, ...extra], { attributes });
  return tracer.output(tracer.expand(small, shape, producer), shape, dtype, producer);
}

/**
 * Returns the layout of a full-sized operand that has one of its own, a blocked one first, if all others can follow it.
 */
function commonLayout(tracer: Tracer, operands: TensorInfo[], shape: readonly number[]): Layout {
  if (shape.length !== 4) return 'logical';
  const full = operands.filter((info) => sameShape(info.shape, shape) && !tracer.isRepeated(info));
  const layouts = full.map((info) => tracer.nativeLayout(info)).filter((layout) => layout !== undefined);
  const layout = layouts.find((candidate) => candidate === 'nchw-blocked') ?? layouts[0] ?? 'logical';
  const follows = (info: TensorInfo) =>
    full.includes(info) ||
    tracer.isRepeated(info) ||
    sizeOf(info.shape) === 1 ||
    layout === 'nchw' ||
    (layout === 'nchw-blocked' && (isPerChannel(info, shape) || isPerSample(info, shape)));
  return operands.every(follows) ? layout : 'logical';
}

function operand(
  tracer: Tracer,
  info: TensorInfo,
  shape: readonly number[],
  layout: Layout,
  perChannel: boolean,
): string {
  const uniform = tracer.isRepeated(info);
  // Among values in tfjs's own order, one of a single element keeps its rank, because the result's rank may depend on
  // it.
  const alone = uniform || (layout !== 'logical' && !sameShape(info.shape, shape));
  const scalar = alone ? tracer.scalarOf(info) : undefined;
  if (scalar !== undefined) return scalar;
  if (layout === 'logical') return tracer.named(info);
  const block = tracer.block;
  if (sameShape(info.shape, shape)) {
    const name = tracer.named(info, layout);
    return perChannel
      ? tracer.reshape(name, [shape[0]!, shape[3]! / block, shape[1]! * shape[2]!, block])
      : name;
  }
  const [n, h, w, c] = padded(info.shape) as [number, number, number, number];
  if (layout === 'nchw') return inChannelsFirst(tracer, info, [n, h, w, c]);
  return tracer.reshape(tracer.named(info), c === 1 ? [n, 1, 1, 1] : [1, c / block, 1, block]);
}

function inChannelsFirst(
  tracer: Tracer,
  info: TensorInfo,
  [n, h, w, c]: [number, number, number, number],
): string {
  if (h === 1 && w === 1) return tracer.reshape(tracer.named(info), [n, c, 1, 1]);
  const whole = tracer.reshape(tracer.named(info), [n, h, w, c]);
  return tracer.node('Transpose', [whole], { attributes: { perm: [0, 3, 1, 2] } });
}

const padded = (shape: readonly number[]) => [...new Array<number>(4 - shape.length).fill(1), ...shape];

const isPerChannel = (info: TensorInfo, shape: readonly number[]) =>
  sizeOf(info.shape) === shape[3] && info.shape.at(-1) === shape[3] && !sameShape(info.shape, shape);

const isPerSample = (info: TensorInfo, shape: readonly number[]) =>
  info.shape.length === 4 && info.shape[0] === shape[0] && sizeOf(info.shape) === shape[0];

/** Returns true if two shapes are equal. */
export const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);
