import type { HostDtype } from '@hm/tensor/host';
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { dataTypeOf } from '../graph.ts';
import type { Tracer } from '../trace/tracer.ts';
import { kernel } from './register.ts';

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Casts a tensor to another dtype, in its current layout. */
export function cast(tracer: Tracer, x: TensorInfo, dtype: DataType): TensorInfo {
  if (dtype === x.dtype) return x;
  const { constant, uniform } = tracer.valueOf(x);
  if (uniform !== undefined)
    return tracer.uniform(dtype === 'bool' ? Number(uniform !== 0) : uniform, x.shape, dtype);
  if (constant !== undefined)
    return tracer.constant(arrays[dtype as 'float32'].from(constant), x.shape, dtype);
  const layout = tracer.nativeLayout(x) ?? 'logical';
  const name = tracer.node('Cast', [tracer.named(x, layout)], {
    attributes: { to: dataTypeOf(dtype as HostDtype) },
  });
  return tracer.output(name, x.shape, dtype, 'Cast', layout);
}

/** Casts a tensor to float32. */
export const asFloat = (tracer: Tracer, x: TensorInfo): TensorInfo => cast(tracer, x, 'float32');

kernel<{ x: TensorInfo }, { dtype: DataType }>('Cast', (tracer, { x }, { dtype }) =>
  dtype === x.dtype ? { dataId: x.dataId, shape: x.shape, dtype } : cast(tracer, x, dtype),
);

kernel<{ x: TensorInfo }>('Identity', (_, { x }) => ({ dataId: x.dataId, shape: x.shape, dtype: x.dtype }));
