import { backend_util, type DataType, type TensorInfo, upcastType } from '@tensorflow/tfjs-core';
import { TraceError } from '../trace/trace-error.ts';
import type { Tracer } from '../trace/tracer.ts';
import { elementwise, sameShape } from './elementwise.ts';
import { kernel } from './register.ts';

type Binary = { a: TensorInfo; b: TensorInfo };

const broadcast = (a: TensorInfo, b: TensorInfo) => backend_util.assertAndGetBroadcastShape(a.shape, b.shape);

/** Returns the dtype of an arithmetic result. @throws {TraceError} for two booleans, which tfjs adds as bytes. */
export function numeric(kernelName: string, { a, b }: Binary): DataType {
  const dtype = upcastType(a.dtype, b.dtype);
  if (dtype !== 'bool') return dtype;
  throw new TraceError({
    where: kernelName,
    expected: 'numbers',
    received: 'two bool tensors',
    fix: "Cast them first: tf.cast(x, 'int32').",
    fields: { kernel: kernelName },
  });
}

const binaries: Record<string, string> = {
  Add: 'Add',
  Sub: 'Sub',
  Multiply: 'Mul',
  RealDiv: 'Div',
  Maximum: 'Max',
  Minimum: 'Min',
  Pow: 'Pow',
};
for (const [name, op] of Object.entries(binaries)) {
  kernel<Binary>(name, (tracer, { a, b }) => {
    const dtype = numeric(name, { a, b });
    const shape = broadcast(a, b);
    const same = neutral(tracer, name, a, b, shape);
    return same ?? elementwise(tracer, op, [a, b], shape, dtype, { producer: name });
  });
}

/** Returns x for `x · 1`, `x / 1`, `x + 0` and `x − 0`: autodiff multiplies by ones to broadcast a gradient. */
function neutral(
  tracer: Tracer,
  name: string,
  a: TensorInfo,
  b: TensorInfo,
  shape: number[],
): TensorInfo | undefined {
  const unit =
    name === 'Multiply' || name === 'RealDiv' ? 1 : name === 'Add' || name === 'Sub' ? 0 : undefined;
  if (unit === undefined) return undefined;
  const leaves = (kept: TensorInfo, other: TensorInfo) =>
    tracer.valueOf(other).uniform === unit &&
    sameShape(kept.shape, shape) &&
    kept.dtype === upcastType(a.dtype, b.dtype);
  if (leaves(a, b)) return { dataId: a.dataId, shape, dtype: a.dtype };
  const commutes = name === 'Multiply' || name === 'Add';
  return commutes && leaves(b, a) ? { dataId: b.dataId, shape, dtype: b.dtype } : undefined;
}

kernel<Binary>('SquaredDifference', (tracer, { a, b }) => {
  const dtype = numeric('SquaredDifference', { a, b });
  const difference = elementwise(tracer, 'Sub', [a, b], broadcast(a, b), dtype);
  return elementwise(tracer, 'Mul', [difference, difference], difference.shape, dtype);
});

kernel<TensorInfo[]>('AddN', (tracer, inputs) => {
  const [first, ...rest] = Object.values(inputs);
  return rest.reduce((sum, x) => elementwise(tracer, 'Add', [sum, x], x.shape, x.dtype), first!);
});
