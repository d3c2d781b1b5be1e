import {
  findBackend,
  type KernelConfig,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import type { Tracer } from '../trace/tracer.ts';

/** Returns tensors of the shapes and dtypes that another backend's kernel returns for zeros. */
export function standInFor(
  { backendName, kernelName, kernelFunc }: KernelConfig,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
  tracer: Tracer,
): TensorInfo | TensorInfo[] {
  const backend = findBackend(backendName);
  const zeros = ({ shape, dtype }: TensorInfo): TensorInfo => {
    const values = util.makeZerosTypedArray(util.sizeFromShape(shape), dtype as 'float32');
    return { dataId: backend.write(values, shape, dtype), shape, dtype };
  };
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [name, input && zeros(input)]),
  ) as NamedTensorInfoMap;
  const results = kernelFunc({ inputs: given, attrs: attrs ?? {}, backend });
  const all = [results].flat();
  for (const info of [...Object.values(given), ...all]) if (info) backend.disposeData(info.dataId);
  const own = ({ shape, dtype }: TensorInfo) => tracer.output(kernelName, shape, dtype, kernelName);
  return Array.isArray(results) ? results.map(own) : own(results);
}
