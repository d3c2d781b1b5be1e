import { backend_util, type DataType, type TensorInfo } from '@tensorflow/tfjs-core';
import { dataTypeOf } from '../graph.ts';
import type { Tracer } from '../trace/tracer.ts';
import { numeric } from './binary.ts';
import { elementwise } from './elementwise.ts';
import { kernel } from './register.ts';

/**
 * ONNX's number for float64. tfjs divides in double precision; a quotient rounded to single precision may reach the
 * next integer.
 */
const DOUBLE = 11;

type Binary = { a: TensorInfo; b: TensorInfo };

/**
 * Casts an operand to double precision. tfjs has no such dtype, so int32 stands in for it meanwhile: the operators that
 * rearrange the values accept any dtype.
 */
function asDouble(tracer: Tracer, x: TensorInfo): TensorInfo {
  const scalar = tracer.valueOf(x).uniform === undefined ? undefined : tracer.scalarOf(x);
  const layout = tracer.nativeLayout(x) ?? 'logical';
  const name = tracer.node('Cast', [scalar ?? tracer.named(x, layout)], { attributes: { to: DOUBLE } });
  return scalar
    ? tracer.output(name, [], 'int32', 'Cast')
    : tracer.output(name, x.shape, 'int32', 'Cast', layout);
}

function fromDouble(tracer: Tracer, x: TensorInfo, dtype: DataType): TensorInfo {
  const layout = tracer.nativeLayout(x) ?? 'logical';
  const to = dataTypeOf(dtype as 'float32');
  return tracer.output(
    tracer.node('Cast', [tracer.named(x, layout)], { attributes: { to } }),
    x.shape,
    dtype,
    'Cast',
    layout,
  );
}

kernel<Binary>('FloorDiv', (tracer, { a, b }) => {
  numeric('FloorDiv', { a, b });
  const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const quotient = elementwise(tracer, 'Div', [asDouble(tracer, a), asDouble(tracer, b)], shape, 'int32');
  return fromDouble(tracer, elementwise(tracer, 'Floor', [quotient], shape, 'int32'), 'int32');
});

/** The remainder has the sign of the divisor: `a % b` where a and b have the same sign, else `(a % b + b) % b`. */
kernel<Binary>('Mod', (tracer, { a, b }) => {
  const dtype = numeric('Mod', { a, b });
  const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const [left, right] = [asDouble(tracer, a), asDouble(tracer, b)];
  const modulo = (x: TensorInfo) =>
    elementwise(tracer, 'Mod', [x, right], shape, 'int32', { attributes: { fmod: 1 } });
  const negative = (x: TensorInfo) => elementwise(tracer, 'Less', [x, zero(tracer)], x.shape, 'bool');
  const rest = modulo(left);
  const other = modulo(elementwise(tracer, 'Add', [rest, right], shape, 'int32'));
  const differ = elementwise(tracer, 'Xor', [negative(left), negative(right)], shape, 'bool');
  return fromDouble(tracer, elementwise(tracer, 'Where', [differ, other, rest], shape, 'int32'), dtype);
});

const zero = (tracer: Tracer) => asDouble(tracer, tracer.uniform(0, [], 'float32'));
