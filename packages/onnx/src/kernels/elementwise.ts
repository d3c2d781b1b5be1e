import { sizeOf } from '@hm/tensor/host';
import { backend_util, type DataType, type TensorInfo, upcastType } from '@tensorflow/tfjs-core';
import type { Attribute } from '../graph.ts';
import type { Layout } from '../layout.ts';
import type { Tracer } from '../tracer.ts';
import { asFloat, cast } from './cast.ts';
import { kernel } from './register.ts';

interface ElementwiseOptions {
  attributes?: Record<string, Attribute>;
  /** Names of further inputs that are not tensors of the element-wise kind, such as a minimum. */
  extra?: string[];
  producer?: string;
}

/** Appends an element-wise operator in whatever layout its operands have, broadcasting as tfjs does. */
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
  const whole = operands.every(
    (info) => sameShape(info.shape, shape) && tracer.valueOf(info).uniform === undefined,
  );
  const result = tracer.node(op, [...names, ...extra], {
    attributes,
    sameShape: whole && extra.length === 0,
  });
  const declared = perChannel ? tracer.reshape(result, [shape[0]!, shape[3]!, shape[1]!, shape[2]!]) : result;
  return tracer.output(declared, shape, dtype, producer, layout);
}

/** Whether the operands broadcast to the shape although those of one repeated value enter as scalars. */
function reaches(tracer: Tracer, operands: TensorInfo[], shape: readonly number[]): boolean {
  const solid = operands
    .filter((info) => tracer.valueOf(info).uniform === undefined)
    .map((info) => info.shape);
  const joined = solid.reduce((a, b) => backend_util.assertAndGetBroadcastShape(a, b), []);
  return sameShape(joined, shape);
}

/** The operator on operands that are too small: applied first, then expanded to the shape. */
function fromUniform(
  tracer: Tracer,
  op: string,
  operands: TensorInfo[],
  shape: readonly number[],
  dtype: DataType,
  { attributes = {}, extra = [], producer = op }: ElementwiseOptions,
): TensorInfo {
  const names = operands.map((info) =>
    tracer.valueOf(info).uniform === undefined ? tracer.named(info) : tracer.scalarOf(info)!,
  );
  const small = tracer.node(op, [...names, ...extra], { attributes });
  return tracer.output(
    tracer.node('Expand', [small, tracer.graph.integers(...shape)]),
    shape,
    dtype,
    producer,
  );
}

/** The layout of the first full-sized operand that has one of its own, where all others can follow it. */
function commonLayout(tracer: Tracer, operands: TensorInfo[], shape: readonly number[]): Layout {
  if (shape.length !== 4) return 'logical';
  const full = operands.filter(
    (info) => sameShape(info.shape, shape) && tracer.valueOf(info).uniform === undefined,
  );
  const layouts = full.map((info) => tracer.nativeLayout(info)).filter((layout) => layout !== undefined);
  const layout = layouts.find((candidate) => candidate === 'nchw-blocked') ?? layouts[0] ?? 'logical';
  const follows = (info: TensorInfo) =>
    full.includes(info) ||
    tracer.valueOf(info).uniform !== undefined ||
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
  const scalar =
    sameShape(info.shape, shape) && tracer.valueOf(info).uniform === undefined
      ? undefined
      : tracer.scalarOf(info);
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

const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

type Binary = { a: TensorInfo; b: TensorInfo };
type Unary = { x: TensorInfo };

const broadcast = (a: TensorInfo, b: TensorInfo) => backend_util.assertAndGetBroadcastShape(a.shape, b.shape);

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
    const shape = broadcast(a, b);
    const same = neutral(tracer, name, a, b, shape);
    return same ?? elementwise(tracer, op, [a, b], shape, upcastType(a.dtype, b.dtype), { producer: name });
  });
}

/** `x · 1`, `x / 1`, `x + 0` and `x − 0` are x: autodiff multiplies by ones to broadcast a gradient. */
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
  const difference = elementwise(tracer, 'Sub', [a, b], broadcast(a, b), upcastType(a.dtype, b.dtype));
  return elementwise(tracer, 'Mul', [difference, difference], difference.shape, difference.dtype);
});

kernel<Binary>('FloorDiv', (tracer, { a, b }) => {
  const quotient = elementwise(
    tracer,
    'Div',
    [asFloat(tracer, a), asFloat(tracer, b)],
    broadcast(a, b),
    'float32',
  );
  return cast(tracer, elementwise(tracer, 'Floor', [quotient], quotient.shape, 'float32'), 'int32');
});

kernel<Binary>('Mod', (tracer, { a, b }) => {
  const quotient = elementwise(
    tracer,
    'Div',
    [asFloat(tracer, a), asFloat(tracer, b)],
    broadcast(a, b),
    'float32',
  );
  const whole = elementwise(tracer, 'Floor', [quotient], quotient.shape, 'float32');
  const multiple = elementwise(tracer, 'Mul', [whole, asFloat(tracer, b)], whole.shape, 'float32');
  const rest = elementwise(tracer, 'Sub', [asFloat(tracer, a), multiple], whole.shape, 'float32');
  return cast(tracer, rest, upcastType(a.dtype, b.dtype));
});

const comparisons: Record<string, string> = {
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
};
for (const [name, op] of Object.entries(comparisons)) {
  kernel<Binary>(name, (tracer, { a, b }) =>
    elementwise(tracer, op, [a, b], broadcast(a, b), 'bool', { producer: name }),
  );
}

kernel<Binary>('NotEqual', (tracer, { a, b }) => {
  const equal = elementwise(tracer, 'Equal', [a, b], broadcast(a, b), 'bool');
  return elementwise(tracer, 'Not', [equal], equal.shape, 'bool');
});

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
  Exp: 'Exp',
  Floor: 'Floor',
  Log: 'Log',
  LogicalNot: 'Not',
  Neg: 'Neg',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Round: 'Round',
  Selu: 'Selu',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Sinh: 'Sinh',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Tan: 'Tan',
  Tanh: 'Tanh',
};
for (const [name, op] of Object.entries(unaries)) {
  kernel<Unary>(name, (tracer, { x }) => elementwise(tracer, op, [x], x.shape, x.dtype, { producer: name }));
}

const unary = (tracer: Tracer, op: string, x: TensorInfo, attributes: Record<string, Attribute> = {}) =>
  elementwise(tracer, op, [x], x.shape, x.dtype, { attributes });

kernel<Unary>('Square', (tracer, { x }) =>
  elementwise(tracer, 'Mul', [x, x], x.shape, x.dtype, { producer: 'Square' }),
);
kernel<Unary>('Rsqrt', (tracer, { x }) => unary(tracer, 'Reciprocal', unary(tracer, 'Sqrt', x)));
kernel<Unary>('Expm1', (tracer, { x }) => {
  const exponential = unary(tracer, 'Exp', x);
  return elementwise(tracer, 'Sub', [exponential], x.shape, x.dtype, { extra: [tracer.graph.scalar(1)] });
});
kernel<Unary>('Log1p', (tracer, { x }) =>
  unary(
    tracer,
    'Log',
    elementwise(tracer, 'Add', [x], x.shape, x.dtype, { extra: [tracer.graph.scalar(1)] }),
  ),
);
kernel<Unary>('IsNan', (tracer, { x }) => elementwise(tracer, 'IsNaN', [x], x.shape, 'bool'));
kernel<Unary>('IsInf', (tracer, { x }) => elementwise(tracer, 'IsInf', [x], x.shape, 'bool'));
kernel<Unary>('Relu6', (tracer, { x }) => clip(tracer, x, 0, 6));
kernel<Unary, { alpha: number }>('LeakyRelu', (tracer, { x }, { alpha }) =>
  unary(tracer, 'LeakyRelu', x, { alpha: { float: alpha } }),
);

/** The steepest slope a float32 holds: `HardSigmoid` then is 0 up to zero and 1 above it, in one pass. */
const STEEPEST = 3.4e38;

kernel<Unary, { alpha: number }>('Step', (tracer, { x }, { alpha }) => {
  if (alpha === 0) return unary(tracer, 'HardSigmoid', x, { alpha: { float: STEEPEST }, beta: { float: 0 } });
  const positive = elementwise(tracer, 'Greater', [x], x.shape, 'bool', { extra: [tracer.graph.scalar(0)] });
  const scaled = elementwise(tracer, 'Mul', [x], x.shape, x.dtype, { extra: [tracer.graph.scalar(alpha)] });
  return select(tracer, positive, tracer.uniform(1, x.shape, x.dtype), scaled);
});

const clip = (tracer: Tracer, x: TensorInfo, low: number, high: number) =>
  elementwise(tracer, 'Clip', [x], x.shape, x.dtype, {
    extra: [tracer.graph.scalar(low), tracer.graph.scalar(high)],
  });

kernel<Unary, { clipValueMin: number; clipValueMax: number }>('ClipByValue', (tracer, { x }, attributes) =>
  clip(tracer, x, attributes.clipValueMin, attributes.clipValueMax),
);

kernel<{ x: TensorInfo; alpha: TensorInfo }>('Prelu', (tracer, { x, alpha }) => {
  const zero = tracer.graph.scalar(0);
  const positive = elementwise(tracer, 'Max', [x], x.shape, x.dtype, { extra: [zero] });
  const negative = elementwise(tracer, 'Min', [x], x.shape, x.dtype, { extra: [zero] });
  const scaled = elementwise(tracer, 'Mul', [negative, alpha], x.shape, x.dtype);
  return elementwise(tracer, 'Add', [positive, scaled], x.shape, x.dtype, { producer: 'Prelu' });
});

/** Appends `Where`, with a condition that may be a vector over the first dimension as tfjs allows. */
export function select(
  tracer: Tracer,
  condition: TensorInfo,
  whenTrue: TensorInfo,
  whenFalse: TensorInfo,
): TensorInfo {
  const shape = whenTrue.shape;
  const leading = condition.shape.length === 1 && shape.length > 1;
  const mask = leading
    ? tracer.output(
        tracer.reshape(tracer.named(condition), [shape[0]!, ...shape.slice(1).map(() => 1)]),
        [shape[0]!, ...shape.slice(1).map(() => 1)],
        'bool',
        'Select',
      )
    : condition;
  return elementwise(
    tracer,
    'Where',
    [mask, whenTrue, whenFalse],
    shape,
    upcastType(whenTrue.dtype, whenFalse.dtype),
    {
      producer: 'Select',
    },
  );
}

kernel<{ condition: TensorInfo; t: TensorInfo; e: TensorInfo }>('Select', (tracer, { condition, t, e }) =>
  select(tracer, condition, t, e),
);

kernel<TensorInfo[]>('AddN', (tracer, inputs) => {
  const [first, ...rest] = Object.values(inputs);
  return rest.reduce((sum, x) => elementwise(tracer, 'Add', [sum, x], x.shape, x.dtype), first!);
});
