import { type TensorInfo, upcastType } from '@tensorflow/tfjs-core';
import type { Tracer } from '../trace/tracer.ts';
import { cast } from './cast.ts';
import { elementwise } from './elementwise.ts';
import { kernel } from './register.ts';

/** Appends `Where`; as in tfjs, the condition may be a vector over the first dimension. */
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
  const dtype = upcastType(whenTrue.dtype, whenFalse.dtype);
  const between = dtype === 'bool' ? 'int32' : dtype;
  const branches = [whenTrue, whenFalse].map((x) => cast(tracer, x, between));
  const picked = elementwise(tracer, 'Where', [mask, ...branches], shape, between, { producer: 'Select' });
  return cast(tracer, picked, dtype);
}

kernel<{ condition: TensorInfo; t: TensorInfo; e: TensorInfo }>('Select', (tracer, { condition, t, e }) =>
  select(tracer, condition, t, e),
);
