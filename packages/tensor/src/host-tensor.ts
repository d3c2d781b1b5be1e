import { checkArguments } from './check/check-options.ts';
import { InvalidArgumentError } from './errors.ts';

/** Element types of tensors that packages exchange. `bool` is stored as bytes of 0 and 1. */
export type HostDtype = 'float32' | 'int32' | 'bool' | 'uint8' | 'int64' | 'float16';

interface HostArrays {
  float32: Float32Array;
  int32: Int32Array;
  bool: Uint8Array;
  uint8: Uint8Array;
  int64: BigInt64Array;
  /** Raw bits: Node has no half-precision array. */
  float16: Uint16Array;
}

/** A tensor in host memory: row-major values and their shape. Packages exchange these wherever tfjs is not needed. */
export interface HostTensor<D extends HostDtype = HostDtype> {
  readonly shape: readonly number[];
  readonly dtype: D;
  readonly data: HostArrays[D];
}

const arrays = {
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
  int64: BigInt64Array,
  float16: Uint16Array,
} as const;

/** Returns the number of elements of a shape: the product of its dimensions, 1 for a scalar. */
export const sizeOf = (shape: readonly number[]): number => {
  checkArguments('sizeOf', { shape }, { shape: 'array' });
  return shape.reduce((size, dimension) => size * dimension, 1);
};

/**
 * Wraps values without copying them.
 *
 * @throws {InvalidArgumentError} if the number of values is not the shape's size.
 * @example
 * hostTensor('float32', [2, 2], new Float32Array([1, 2, 3, 4]));
 */
export function hostTensor<D extends HostDtype>(
  dtype: D,
  shape: readonly number[],
  data: HostArrays[D],
): HostTensor<D> {
  checkArguments('hostTensor', { dtype, shape }, { dtype: 'string', shape: 'array' });
  if (data.length !== sizeOf(shape)) {
    throw new InvalidArgumentError({
      where: 'hostTensor',
      expected: `${sizeOf(shape)} values for shape [${shape.join(', ')}]`,
      received: data.length,
      fix: 'Pass as many values as the product of the shape.',
    });
  }
  return { dtype, shape, data };
}

/** Creates a tensor of zeros. */
export const hostZeros = <D extends HostDtype>(dtype: D, shape: readonly number[]): HostTensor<D> => {
  checkArguments('hostZeros', { dtype, shape }, { dtype: 'string', shape: 'array' });
  return hostTensor(dtype, shape, new arrays[dtype](sizeOf(shape)) as HostArrays[D]);
};

/** Returns the size of one element in bytes. */
export const bytesPerElement = (dtype: HostDtype): number => {
  checkArguments('bytesPerElement', { dtype }, { dtype: 'string' });
  return arrays[dtype].BYTES_PER_ELEMENT;
};

/** Returns a typed array of `dtype` over `length` elements of a buffer, without a copy. */
export const viewOf = <D extends HostDtype>(dtype: D, buffer: ArrayBuffer, offset: number, length: number) =>
  new arrays[dtype](buffer, offset, length) as HostArrays[D];
