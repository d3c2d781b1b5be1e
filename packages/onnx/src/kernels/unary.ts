import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Attribute } from '../graph.ts';
import { TraceError } from '../trace/trace-error.ts';
import type { Info } from '../trace/traced-value.ts';
import type { Tracer } from '../trace/tracer.ts';
import { asFloat } from './cast.ts';
import { elementwise } from './elementwise.ts';
import { kernel } from './register.ts';
import { select } from './select.ts';

type Unary = { x: TensorInfo };

const unaries: Record<string, string> = {
  Abs: 'Abs',
  Acos: 'Acos',
  Acosh: 'Acosh',
  Asin: 'Asin',
  Asinh: 'Asinh',
  Atan: 'Atan',
  Atanh: 'Atanh',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Cosh: 'Cosh',
  Elu: 'Elu',
  Erf: 'Erf',
  Floor: 'Floor',
  Log: 'Log',
  LogicalNot: 'Not',
  Neg: 'Neg',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Selu: 'Selu',
  Sigmoid: 'Sigmoid',
  Sin: 'Sin',
  Sinh: 'Sinh',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Tan: 'Tan',
  Tanh: 'Tanh',
};
/** Kernels whose operators ONNX defines for int32 as well. */
const numeric = new Set(['Abs', 'LogicalNot', 'Neg', 'Relu']);
for (const [name, op] of Object.entries(unaries)) {
  kernel<Unary>(name, (tracer, { x }) => {
    if (!numeric.has(name)) assertFloat(name, x);
    return elementwise(tracer, op, [x], x.shape, x.dtype, { producer: name });
  });
}

/** tfjs truncates such a function of integers to an integer again, which is never what is meant. */
function assertFloat(name: string, x: TensorInfo): void {
  if (x.dtype === 'float32') return;
  throw new TraceError({
    where: name,
    expected: 'a float32 tensor',
    received: x.dtype,
    fix: "Cast it first: tf.cast(x, 'float32').",
    fields: { kernel: name },
  });
}

const plusOne = (tracer: Tracer, x: TensorInfo) =>
  elementwise(tracer, 'Add', [x], x.shape, x.dtype, { extra: [tracer.graph.scalar(1)] });

const unary = (tracer: Tracer, op: string, x: TensorInfo, attributes: Record<string, Attribute> = {}) =>
  elementwise(tracer, op, [x], x.shape, x.dtype, { attributes });

kernel<Unary>('Square', (tracer, { x }) =>
  elementwise(tracer, 'Mul', [x, x], x.shape, x.dtype, { producer: 'Square' }),
);
kernel<Unary>('Exp', (tracer, { x }) => unary(tracer, 'Exp', asFloat(tracer, x)));
kernel<Unary>('Round', (tracer, { x }) => (x.dtype === 'float32' ? unary(tracer, 'Round', x) : x));
kernel<Unary>('Sign', (tracer, { x }) => {
  const sign = unary(tracer, 'Sign', x);
  if (x.dtype !== 'float32') return sign;
  // In tfjs the sign of NaN is 0.
  const missing = elementwise(tracer, 'IsNaN', [x], x.shape, 'bool');
  return select(tracer, missing, tracer.uniform(0, x.shape, x.dtype), sign);
});
kernel<Unary>('Rsqrt', (tracer, { x }) => {
  assertFloat('Rsqrt', x);
  return unary(tracer, 'Reciprocal', unary(tracer, 'Sqrt', x));
});
kernel<Unary>('Expm1', (tracer, { x }) => {
  assertFloat('Expm1', x);
  // exp(x) − 1 = tanh(x/2)·(exp(x) + 1), which keeps its digits near 0.
  const half = elementwise(tracer, 'Mul', [x], x.shape, x.dtype, { extra: [tracer.graph.scalar(0.5)] });
  const sum = plusOne(tracer, unary(tracer, 'Exp', x));
  return elementwise(tracer, 'Mul', [unary(tracer, 'Tanh', half), sum], x.shape, x.dtype);
});
kernel<Unary>('Log1p', (tracer, { x }) => {
  assertFloat('Log1p', x);
  // Kahan's method: log(w)·x/(w − 1) with w = 1 + x as rounded, so that the rounding of w cancels out; x itself if w is
  // 1.
  const sum = plusOne(tracer, x);
  const rounded = elementwise(tracer, 'Sub', [sum], x.shape, x.dtype, { extra: [tracer.graph.scalar(1)] });
  const isOne = elementwise(tracer, 'Equal', [rounded], x.shape, 'bool', { extra: [tracer.graph.scalar(0)] });
  const isExact = elementwise(tracer, 'Equal', [rounded, x], x.shape, 'bool');
  const ratio = elementwise(tracer, 'Div', [x, rounded], x.shape, x.dtype);
  // At infinity the ratio would be NaN.
  const canceled = select(tracer, isExact, tracer.uniform(1, x.shape, x.dtype), ratio);
  const product = elementwise(tracer, 'Mul', [unary(tracer, 'Log', sum), canceled], x.shape, x.dtype);
  return select(tracer, isOne, x, product);
});
kernel<Unary>('IsNan', (tracer, { x }) =>
  elementwise(tracer, 'IsNaN', [asFloat(tracer, x)], x.shape, 'bool'),
);
kernel<Unary>('IsInf', (tracer, { x }) =>
  elementwise(tracer, 'IsInf', [asFloat(tracer, x)], x.shape, 'bool'),
);
kernel<Unary>('Relu6', (tracer, { x }) => clip(tracer, x, 0, 6));
kernel<Unary, { alpha: number }>('LeakyRelu', (tracer, { x }, { alpha }) =>
  unary(tracer, 'LeakyRelu', asFloat(tracer, x), { alpha: { float: alpha } }),
);

/** The steepest slope that float32 can hold: `HardSigmoid` then is 0 up to zero and 1 above it, in one pass. */
export const STEEPEST = 3.4e38;

kernel<Unary, { alpha: number }>('Step', (tracer, { x }, { alpha }) => {
  assertFloat('Step', x);
  if (alpha === 0) return unary(tracer, 'HardSigmoid', x, { alpha: { float: STEEPEST }, beta: { float: 0 } });
  const positive = elementwise(tracer, 'Greater', [x], x.shape, 'bool', { extra: [tracer.graph.scalar(0)] });
  const [high, low] = [1, alpha].map((value) => tracer.uniform(value, x.shape, x.dtype)) as [Info, Info];
  const step = select(tracer, positive, high, low);
  const missing = elementwise(tracer, 'IsNaN', [x], x.shape, 'bool');
  return select(tracer, missing, x, step);
});

/**
 * Returns a bound in the dtype of the tensor; for integers the decimals are dropped, as when tfjs stores the result.
 */
const typed = (x: TensorInfo, bound: number): [number, 'float32' | 'int32'] =>
  x.dtype === 'float32' ? [bound, 'float32'] : [Math.trunc(bound), 'int32'];

const clip = (tracer: Tracer, x: TensorInfo, low: number, high: number) =>
  elementwise(tracer, 'Clip', [x], x.shape, x.dtype, {
    extra: [low, high].map((bound) => tracer.graph.scalar(...typed(x, bound))),
  });

kernel<Unary, { clipValueMin: number; clipValueMax: number }>('ClipByValue', (tracer, { x }, attributes) =>
  clip(tracer, x, attributes.clipValueMin, attributes.clipValueMax),
);

kernel<{ x: TensorInfo; alpha: TensorInfo }>('Prelu', (tracer, { x, alpha }) => {
  assertFloat('Prelu', x);
  const positive = elementwise(tracer, 'Relu', [x], x.shape, x.dtype);
  const negative = elementwise(tracer, 'Min', [x], x.shape, x.dtype, { extra: [tracer.graph.scalar(0)] });
  const scaled = elementwise(tracer, 'Mul', [negative, alpha], x.shape, x.dtype);
  return elementwise(tracer, 'Add', [positive, scaled], x.shape, x.dtype, { producer: 'Prelu' });
});
