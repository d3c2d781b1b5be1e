import { tensor as makeTensor, type Rank, type Tensor } from '@tensorflow/tfjs-core';
import { checkArguments } from './check/check-options.ts';
import { InvalidArgumentError } from './errors.ts';
import { type HostTensor, hostTensor } from './host-tensor.ts';

/**
 * Converts host values to a tensor of the current backend; the caller disposes of it. `uint8` becomes `int32`. The
 * values are not copied where the backend allows that (`cpu`), so do not write to them while the tensor lives.
 *
 * @throws {InvalidArgumentError} for `int64` and `float16`, which tfjs does not have.
 * @example
 * const images = toTensor<Rank.R4>(batch.images);
 */
export function toTensor<R extends Rank = Rank>(host: HostTensor): Tensor<R> {
  checkArguments('toTensor', { host }, { host: { has: ['shape', 'dtype'] } });
  const { dtype, data } = host;
  const shape = [...host.shape] as never;
  if (dtype === 'uint8') return makeTensor(Int32Array.from(data as Uint8Array), shape, 'int32') as Tensor<R>;
  if (dtype === 'int64' || dtype === 'float16') throw unsupported('toTensor', dtype);
  return makeTensor(data as Float32Array, shape, dtype) as Tensor<R>;
}

/**
 * Reads a tensor's values synchronously, without a copy where the backend allows that. The tensor still belongs to the
 * caller. Backends without synchronous reads (`webgpu`) need {@link readTensor}.
 *
 * @throws {InvalidArgumentError} for `string` and `complex64` tensors.
 */
export function fromTensor(tensor: Tensor): HostTensor {
  checkArguments('fromTensor', { tensor }, { tensor: { has: ['shape', 'dtype'] } });
  return toHost('fromTensor', tensor, tensor.dataSync());
}

/** Reads a tensor's values without blocking; otherwise like {@link fromTensor}. */
export async function readTensor(tensor: Tensor): Promise<HostTensor> {
  checkArguments('readTensor', { tensor }, { tensor: { has: ['shape', 'dtype'] } });
  return toHost('readTensor', tensor, await tensor.data());
}

/** Applies {@link toTensor} to every entry. */
export const toTensors = (hosts: Record<string, HostTensor>): Record<string, Tensor> => {
  checkArguments('toTensors', { hosts }, { hosts: 'object' });
  return Object.fromEntries(Object.entries(hosts).map(([name, host]) => [name, toTensor(host)]));
};

/** Applies {@link fromTensor} to every entry. */
export const fromTensors = (tensors: Record<string, Tensor>): Record<string, HostTensor> => {
  checkArguments('fromTensors', { tensors }, { tensors: 'object' });
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, fromTensor(tensor)]));
};

function toHost(where: string, { dtype, shape }: Tensor, values: ArrayLike<unknown>): HostTensor {
  if (dtype === 'float32') return hostTensor(dtype, [...shape], values as Float32Array);
  if (dtype === 'int32') return hostTensor(dtype, [...shape], values as Int32Array);
  if (dtype === 'bool') return hostTensor(dtype, [...shape], Uint8Array.from(values as Uint8Array));
  throw unsupported(where, dtype);
}

const unsupported = (where: string, dtype: string) =>
  new InvalidArgumentError({
    where,
    expected: 'float32, int32 or bool values',
    received: dtype,
    fix: 'Cast the values first.',
  });
