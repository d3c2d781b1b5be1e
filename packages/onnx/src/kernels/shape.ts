import { backend_util, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Tracer } from '../trace/tracer.ts';
import { kernel } from './register.ts';

type Unary = { x: TensorInfo };

/** Returns the tensor with another shape of the same size. */
export function reshape(tracer: Tracer, x: TensorInfo, shape: number[]): TensorInfo {
  const value = tracer.valueOf(x);
  if (util.arraysEqual(shape, x.shape)) return { dataId: x.dataId, shape, dtype: x.dtype };
  if (value.uniform !== undefined) return tracer.uniform(value.uniform, shape, x.dtype);
  if (value.repeats !== undefined) return tracer.repeated(x, shape);
  if (value.constant !== undefined && value.name === undefined)
    return tracer.constant(value.constant, shape, x.dtype);
  if (value.constant !== undefined) return tracer.register({ ...value, shape, forms: {} });
  const layout = keepsOrder(x.shape) ? tracer.nativeLayout(x) : undefined;
  return tracer.output(
    tracer.reshape(tracer.named(x, layout ?? 'logical'), shape),
    shape,
    x.dtype,
    'Reshape',
  );
}

/** Images of one pixel, and values with at most one dimension larger than 1, have the same order in every layout. */
const keepsOrder = (shape: readonly number[]) =>
  shape.length === 4 &&
  ((shape[1] === 1 && shape[2] === 1) || shape.filter((size) => size !== 1).length <= 1);

kernel<Unary, { shape: number[] }>('Reshape', (tracer, { x }, { shape }) =>
  reshape(tracer, x, util.inferFromImplicitShape(shape, util.sizeFromShape(x.shape))),
);

kernel<{ input: TensorInfo }, { dim: number }>('ExpandDims', (tracer, { input }, { dim }) => {
  const shape = input.shape.slice();
  shape.splice(dim < 0 ? input.shape.length + dim + 1 : dim, 0, 1);
  return reshape(tracer, input, shape);
});

kernel<Unary, { perm: number[] }>('Transpose', (tracer, { x }, { perm }) => {
  const shape = perm.map((axis) => x.shape[axis]!);
  // Transposing between NCHW and NHWC only changes the layout; values are moved once something has to read them.
  if (perm.join() === '0,2,3,1') return tracer.output(tracer.named(x), shape, x.dtype, 'Transpose', 'nchw');
  if (perm.join() === '0,3,1,2' && tracer.has(x, 'nchw'))
    return tracer.output(tracer.named(x, 'nchw'), shape, x.dtype, 'Transpose');
  const name = tracer.node('Transpose', [tracer.named(x)], { attributes: { perm } });
  return tracer.output(name, shape, x.dtype, 'Transpose');
});

kernel<Unary, { reps: number[] }>('Tile', (tracer, { x }, { reps }) => {
  const shape = x.shape.map((size, axis) => size * reps[axis]!);
  const { uniform } = tracer.valueOf(x);
  if (uniform !== undefined) return tracer.uniform(uniform, shape, x.dtype);
  if (util.sizeFromShape(x.shape) === 1) return tracer.repeated(x, shape);
  return tracer.output(
    tracer.node('Tile', [tracer.named(x), tracer.graph.integers(...reps)]),
    shape,
    x.dtype,
    'Tile',
  );
});

kernel<TensorInfo[], { axis: number }>('Concat', (tracer, inputs, { axis }) => {
  const parts = Object.values(inputs);
  const along = util.parseAxisParam(axis, parts[0]!.shape)[0]!;
  backend_util.assertParamsConsistent(
    parts.map((part) => part.shape),
    along,
  );
  const shape = parts[0]!.shape.slice();
  shape[along] = parts.reduce((sum, part) => sum + part.shape[along]!, 0);
  const names = parts.filter((part) => util.sizeFromShape(part.shape) > 0).map((part) => tracer.named(part));
  return tracer.output(
    tracer.node('Concat', names, { attributes: { axis: along } }),
    shape,
    parts[0]!.dtype,
    'Concat',
  );
});

/** A place behind the last one of any axis. Where an axis ends may not be known, if it depends on the symbolic one. */
const END = 2 ** 31 - 1;

/** Appends `Slice`; `begin` and `size` are given for all axes. */
function slice(tracer: Tracer, x: TensorInfo, begin: number[], size: number[]): TensorInfo {
  const axes = begin
    .map((_, axis) => axis)
    .filter((axis) => begin[axis] !== 0 || size[axis] !== x.shape[axis]);
  if (axes.length === 0) return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  const ends = axes.map((axis) => orEnd(begin[axis]! + size[axis]!, x.shape[axis]!));
  const name = tracer.node('Slice', [
    tracer.named(x),
    tracer.graph.integers(...axes.map((axis) => begin[axis]!)),
    tracer.graph.integers(...ends),
    tracer.graph.integers(...axes),
  ]);
  return tracer.output(name, size, x.dtype, 'Slice');
}

const orEnd = (place: number, last: number) => (place >= last ? END : place);

kernel<Unary, { begin: number | number[]; size: number | number[] }>(
  'Slice',
  (tracer, { x }, { begin, size }) => {
    const [from, extent] = slice_util.parseSliceParams(
      { shape: x.shape, rank: x.shape.length } as never,
      begin,
      size,
    );
    return slice(tracer, x, from!, extent!);
  },
);

type Strided = {
  begin: number[];
  end: number[];
  strides: number[];
  beginMask: number;
  endMask: number;
  ellipsisMask: number;
  newAxisMask: number;
  shrinkAxisMask: number;
};
kernel<Unary, Strided>('StridedSlice', (tracer, { x }, a) => {
  const info = slice_util.sliceInfo(
    x.shape,
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
  const backwards = (axis: number) => info.strides[axis]! < 0;
  const name = tracer.node('Slice', [
    tracer.named(x),
    tracer.graph.integers(
      ...info.begin.map((begin, axis) => (backwards(axis) ? orEnd(begin, x.shape[axis]! - 1) : begin)),
    ),
    tracer.graph.integers(
      ...info.end.map((end, axis) => (backwards(axis) && end < 0 ? -(2 ** 31) : orEnd(end, x.shape[axis]!))),
    ),
    tracer.graph.integers(...info.begin.map((_, axis) => axis)),
    tracer.graph.integers(...info.strides),
  ]);
  const shape = slice_util.computeOutShape(info.begin, info.end, info.strides);
  const full = tracer.output(name, shape, x.dtype, 'StridedSlice');
  return reshape(tracer, full, info.finalShape);
});

kernel<Unary, { numOrSizeSplits: number | number[]; axis: number }>('SplitV', (tracer, { x }, attributes) => {
  const axis = util.parseAxisParam(attributes.axis, x.shape)[0]!;
  const { numOrSizeSplits: sizes } = attributes;
  const parts = Array.isArray(sizes) ? sizes : new Array<number>(sizes).fill(x.shape[axis]! / sizes);
  let offset = 0;
  return parts.map((part) => {
    const begin = x.shape.map((_, a) => (a === axis ? offset : 0));
    offset += part;
    return slice(
      tracer,
      x,
      begin,
      x.shape.map((size, a) => (a === axis ? part : size)),
    );
  });
});

kernel<TensorInfo[], { axis: number }>('Pack', (tracer, inputs, { axis }) => {
  const parts = Object.values(inputs);
  const shape = parts[0]!.shape.slice();
  const along = axis < 0 ? axis + shape.length + 1 : axis;
  shape.splice(along, 0, 1);
  const names = parts.map((part) => tracer.named(reshape(tracer, part, shape)));
  const packed = shape.map((size, a) => (a === along ? parts.length : size));
  return tracer.output(
    tracer.node('Concat', names, { attributes: { axis: along } }),
    packed,
    parts[0]!.dtype,
    'Pack',
  );
});

kernel<{ value: TensorInfo }, { axis: number }>('Unpack', (tracer, { value }, { axis }) => {
  const along = util.parseAxisParam(axis, value.shape)[0]!;
  const shape = value.shape.filter((_, a) => a !== along);
  return Array.from({ length: value.shape[along]! }, (_, index) => {
    const begin = value.shape.map((_size, a) => (a === along ? index : 0));
    const part = slice(
      tracer,
      value,
      begin,
      value.shape.map((size, a) => (a === along ? 1 : size)),
    );
    return reshape(tracer, part, shape);
  });
});

kernel<Unary, { paddings: [number, number][]; constantValue: number }>(
  'PadV2',
  (tracer, { x }, { paddings, constantValue }) => {
    const shape = x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
    const pads = tracer.graph.integers(
      ...paddings.map(([before]) => before),
      ...paddings.map(([, after]) => after),
    );
    const name = tracer.node('Pad', [
      tracer.named(x),
      pads,
      tracer.graph.scalar(constantValue, x.dtype as 'float32'),
    ]);
    return tracer.output(name, shape, x.dtype, 'PadV2');
  },
);

kernel<Unary, { dims: number[] }>('Reverse', (tracer, { x }, { dims }) => {
  const axes = util.parseAxisParam(dims, x.shape);
  const name = tracer.node('Slice', [
    tracer.named(x),
    tracer.graph.integers(...axes.map(() => -1)),
    tracer.graph.integers(...axes.map(() => -(2 ** 31))),
    tracer.graph.integers(...axes),
    tracer.graph.integers(...axes.map(() => -1)),
  ]);
  return tracer.output(name, x.shape, x.dtype, 'Reverse');
});
