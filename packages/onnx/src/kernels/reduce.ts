import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { BLOCKED_DOMAIN } from '../graph.ts';
import type { Tracer } from '../trace/tracer.ts';
import { asFloat, cast } from './cast.ts';
import { elementwise } from './elementwise.ts';
import { kernel } from './register.ts';
import { reshape } from './shape.ts';

type Reduction = { axis: number | number[]; keepDims?: boolean };

/** Appends a reduction, in the operand's own layout if the result does not depend on it. */
function reduce(
  tracer: Tracer,
  op: string,
  x: TensorInfo,
  axis: number | number[],
  keepDims = false,
): TensorInfo {
  const axes = util.parseAxisParam(axis, x.shape);
  const kept = x.shape.filter((_, a) => !axes.includes(a));
  const shape = keepDims ? x.shape.map((size, a) => (axes.includes(a) ? 1 : size)) : kept;
  if (axes.length === 0) return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  return reshape(tracer, reduceAway(tracer, op, x, axes, kept), shape);
}

function reduceAway(tracer: Tracer, op: string, x: TensorInfo, axes: number[], kept: number[]): TensorInfo {
  const layout = tracer.nativeLayout(x);
  const average = op === 'ReduceMean' || op === 'ReduceSum';
  if (layout === 'nchw-blocked' && average && sameAxes(axes, [1, 2])) return averagePixels(tracer, op, x);
  if (layout === 'nchw-blocked' && average && sameAxes(axes, [0, 1, 2])) {
    return reduceAway(tracer, op, averagePixels(tracer, op, x), [0], kept);
  }
  const whole = axes.length === x.shape.length && layout !== undefined;
  const channels = layout === 'nchw' && keepsOrder(axes);
  const name = tracer.named(x, whole || channels ? layout : 'logical');
  const physical = channels ? axes.map((a) => CHANNELS_FIRST[a]!) : axes;
  const inputs = [name, tracer.graph.integers(...physical.toSorted((a, b) => a - b))];
  return tracer.output(tracer.node(op, inputs, { attributes: { keepdims: 0 } }), kept, x.dtype, op);
}

/** Position of each axis of NHWC in NCHW. */
const CHANNELS_FIRST = [0, 2, 3, 1] as const;

/** Returns true if the axes that a reduction leaves of an image have the same order in NCHW. */
const keepsOrder = (axes: number[]) => axes.includes(3) || (axes.includes(1) && axes.includes(2));

/** Sums or averages a blocked image over its pixels: `[N, H, W, C]` to `[N, C]`. */
function averagePixels(tracer: Tracer, op: string, x: TensorInfo): TensorInfo {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const pooled = tracer.node('GlobalAveragePool', [tracer.named(x, 'nchw-blocked')], {
    domain: BLOCKED_DOMAIN,
  });
  const mean = tracer.output(tracer.reshape(pooled, [n, c]), [n, c], x.dtype, op);
  if (op === 'ReduceMean') return mean;
  return elementwise(tracer, 'Mul', [mean], [n, c], x.dtype, { extra: [tracer.graph.scalar(h * w)] });
}

const sameAxes = (a: number[], b: number[]) => a.length === b.length && a.every((axis, i) => axis === b[i]);

const reductions: Record<string, string> = {
  Sum: 'ReduceSum',
  Min: 'ReduceMin',
  Prod: 'ReduceProd',
};
for (const [name, op] of Object.entries(reductions)) {
  kernel<{ x: TensorInfo }, Reduction>(name, (tracer, { x }, { axis, keepDims }) =>
    reduce(tracer, op, name === 'Sum' || name === 'Prod' ? summable(tracer, x) : x, axis, keepDims),
  );
}

kernel<{ x: TensorInfo }, Reduction>('Mean', (tracer, { x }, { axis, keepDims }) =>
  reduce(tracer, 'ReduceMean', asFloat(tracer, x), axis, keepDims),
);

kernel<{ x: TensorInfo }, { reductionIndices: number | number[]; keepDims: boolean }>(
  'Max',
  (tracer, { x }, { reductionIndices, keepDims }) =>
    reduce(tracer, 'ReduceMax', x, reductionIndices, keepDims),
);

const summable = (tracer: Tracer, x: TensorInfo) => (x.dtype === 'bool' ? cast(tracer, x, 'int32') : x);

for (const [name, op] of Object.entries({ All: 'ReduceMin', Any: 'ReduceMax' })) {
  kernel<{ x: TensorInfo }, Reduction>(name, (tracer, { x }, { axis, keepDims }) =>
    cast(tracer, reduce(tracer, op, cast(tracer, x, 'int32'), axis, keepDims), 'bool'),
  );
}

for (const [name, op] of Object.entries({ ArgMax: 'ArgMax', ArgMin: 'ArgMin' })) {
  kernel<{ x: TensorInfo }, { axis: number }>(name, (tracer, { x }, { axis }) => {
    const along = util.parseAxisParam(axis, x.shape)[0]!;
    const shape = x.shape.filter((_, a) => a !== along);
    const index = tracer.node(op, [tracer.named(x)], { attributes: { axis: along, keepdims: 0 } });
    return fromInt64(tracer, index, shape, name);
  });
}

/** Converts an ONNX value of 64-bit integers, which tfjs does not have, to an int32 tensor. */
export function fromInt64(tracer: Tracer, name: string, shape: number[], producer: string): TensorInfo {
  const INT32 = 6;
  return tracer.output(tracer.node('Cast', [name], { attributes: { to: INT32 } }), shape, 'int32', producer);
}

kernel<{ logits: TensorInfo }, { dim: number }>('Softmax', (tracer, { logits }, { dim }) => {
  const axis = util.parseAxisParam(dim, logits.shape)[0]!;
  const result = tracer.node('Softmax', [tracer.named(logits)], { attributes: { axis } });
  return tracer.output(result, logits.shape, logits.dtype, 'Softmax');
});

kernel<{ x: TensorInfo }, { axis: number; exclusive: boolean; reverse: boolean }>(
  'Cumsum',
  (tracer, { x }, attributes) => {
    const attributeNumbers = { exclusive: Number(attributes.exclusive), reverse: Number(attributes.reverse) };
    const axis = tracer.graph.scalar(attributes.axis, 'int64');
    const name = tracer.node('CumSum', [tracer.named(x), axis], { attributes: attributeNumbers });
    return tracer.output(name, x.shape, x.dtype, 'Cumsum');
  },
);
