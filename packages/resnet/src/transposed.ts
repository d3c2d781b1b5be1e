import { type HostTensor, hostTensor, sizeOf } from '@hm/tensor';

/** Returns a tensor with its axes in another order. */
export function transposed(
  { shape, data }: HostTensor<'float32'>,
  order: readonly number[],
): HostTensor<'float32'> {
  const sizes = order.map((axis) => shape[axis]!);
  const strides = order.map((axis) => sizeOf(shape.slice(axis + 1)));
  const values = new Float32Array(data.length);
  let written = 0;
  const walk = (axis: number, from: number): void => {
    if (axis === sizes.length) values[written++] = data[from]!;
    else for (let i = 0; i < sizes[axis]!; i++) walk(axis + 1, from + i * strides[axis]!);
  };
  walk(0, 0);
  return hostTensor('float32', sizes, values);
}
