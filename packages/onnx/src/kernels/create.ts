import { type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { kernel } from './register.ts';

kernel<object, { shape: number[]; value: number; dtype?: DataType }>(
  'Fill',
  (tracer, _, { shape, value, dtype }) => tracer.uniform(value, shape, dtype ?? 'float32'),
);

kernel<{ x: TensorInfo }>('ZerosLike', (tracer, { x }) => tracer.uniform(0, x.shape, x.dtype));
kernel<{ x: TensorInfo }>('OnesLike', (tracer, { x }) => tracer.uniform(1, x.shape, x.dtype));

kernel<object, { start: number; stop: number; step: number; dtype?: DataType }>(
  'Range',
  (tracer, _, attributes) => {
    const { start, stop, dtype = 'float32' } = attributes;
    // tfjs counts down by default if stop is below start.
    const step = stop < start && attributes.step === 1 ? -1 : attributes.step;
    const length = Math.max(0, Math.ceil((stop - start) / step));
    const values = util
      .makeZerosTypedArray(length, dtype as 'float32')
      .map((_value, index) => start + index * step);
    return tracer.constant(values, [length], dtype);
  },
);

kernel<object, { start: number; stop: number; num: number }>(
  'LinSpace',
  (tracer, _, { start, stop, num }) => {
    const step = num > 1 ? (stop - start) / (num - 1) : 0;
    return tracer.constant(
      Float32Array.from({ length: num }, (_value, index) => start + index * step),
      [num],
      'float32',
    );
  },
);
