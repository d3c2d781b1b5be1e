import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Tracer } from '../trace/tracer.ts';
import { cast } from './cast.ts';
import { elementwise } from './elementwise.ts';
import { kernel } from './register.ts';

type Binary = { a: TensorInfo; b: TensorInfo };

const broadcast = (a: TensorInfo, b: TensorInfo) => backend_util.assertAndGetBroadcastShape(a.shape, b.shape);

const comparisons: Record<string, string> = {
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  LogicalAnd: 'And',
};
for (const [name, op] of Object.entries(comparisons)) {
  kernel<Binary>(name, (tracer, { a, b }) => {
    const operands = op === 'And' ? [a, b] : [a, b].map((x) => ordered(tracer, x));
    return elementwise(tracer, op, operands, broadcast(a, b), 'bool', { producer: name });
  });
}

/** ONNX compares numbers only. */
const ordered = (tracer: Tracer, x: TensorInfo) => (x.dtype === 'bool' ? cast(tracer, x, 'int32') : x);

kernel<Binary>('NotEqual', (tracer, { a, b }) => {
  const operands = [a, b].map((x) => ordered(tracer, x));
  const equal = elementwise(tracer, 'Equal', operands, broadcast(a, b), 'bool');
  return not(tracer, equal);
});

/** `¬(¬a ∧ ¬b)`: WebGPU has no kernel for `Or`. */
kernel<Binary>('LogicalOr', (tracer, { a, b }) => {
  const neither = elementwise(
    tracer,
    'And',
    [a, b].map((x) => not(tracer, x)),
    broadcast(a, b),
    'bool',
  );
  return not(tracer, neither);
});

const not = (tracer: Tracer, x: TensorInfo) => elementwise(tracer, 'Not', [x], x.shape, 'bool');
