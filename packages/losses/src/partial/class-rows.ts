import { checkArguments, type HostTensor, hostTensor, InvalidArgumentError, sizeOf } from '@hm/tensor/host';

/** Returns true if a parameter has rows for each class: its first dimension is `count` or a multiple of it. */
export const hasClasses = (tensor: Pick<HostTensor, 'shape'>, count: number): boolean => {
  checkArguments('hasClasses', { tensor, count }, { tensor: { has: ['shape'] }, count: 'number' });
  const [rows = 0] = tensor.shape;
  return rows > 0 && rows % count === 0;
};

/**
 * Returns the part of a float32 tensor that belongs to some classes: the rows `[S, D]` of `weight` `[C, D]`, the values
 * `[S]` of `bias` `[C]`, or the neighboring rows `[S·K, D]` of `[C·K, D]`. It works the same for the optimizer's state
 * of a parameter.
 *
 * @param classes `[S]`, the classes to take. @param count C, the number of all classes.
 * @param into a buffer as long as the result, used for the result instead of new memory.
 * @throws {InvalidArgumentError} if the tensor has no rows for each of the C classes.
 * @example
 * const some = takeClasses(weight, sample.classes, 85742); // [85742, 512] gives [8574, 512]
 */
export function takeClasses(
  tensor: HostTensor,
  classes: Int32Array,
  count: number,
  into?: Float32Array<ArrayBuffer>,
): HostTensor<'float32'> {
  checkArguments(
    'takeClasses',
    { tensor, classes, count },
    { tensor: { has: ['shape', 'dtype'] }, classes: 'array', count: 'number' },
  );
  const length = lengthPerClass(tensor, count);
  const source = tensor.data as Float32Array;
  const target = into ?? new Float32Array(classes.length * length);
  for (const [i, c] of classes.entries())
    target.set(source.subarray(c * length, (c + 1) * length), i * length);
  return hostTensor('float32', shapeOf(tensor, classes.length, count), target);
}

/**
 * Writes the values of some classes to their places in a float32 tensor of all classes, in place. The values of the
 * other classes do not change.
 *
 * @throws {InvalidArgumentError} if the tensor has no rows for each of the C classes, or the values do not fit the
 * classes.
 * @example
 * putClasses(weight, sample.classes, 85742, updated);
 */
export function putClasses(tensor: HostTensor, classes: Int32Array, count: number, values: HostTensor): void {
  checkArguments(
    'putClasses',
    { tensor, classes, count, values },
    {
      tensor: { has: ['shape', 'dtype'] },
      classes: 'array',
      count: 'number',
      values: { has: ['shape', 'dtype'] },
    },
  );
  const length = lengthPerClass(tensor, count);
  if (values.data.length !== classes.length * length)
    throw misfit(`values [${shapeOf(tensor, classes.length, count)}]`, values);
  const [target, source] = [tensor.data as Float32Array, values.data as Float32Array];
  for (const [i, c] of classes.entries())
    target.set(source.subarray(i * length, (i + 1) * length), c * length);
}

/** Returns the shape of the part that belongs to `taken` of `count` classes. */
const shapeOf = ({ shape: [rows, ...rest] }: HostTensor, taken: number, count: number): number[] => [
  (rows! / count) * taken,
  ...rest,
];

/** Returns the number of consecutive values that belong to a class. */
function lengthPerClass(tensor: HostTensor, count: number): number {
  if (!hasClasses(tensor, count))
    throw misfit(`a tensor whose first dimension is a multiple of ${count}`, tensor);
  return sizeOf(tensor.shape) / count;
}

const misfit = (expected: string, { shape }: HostTensor) =>
  new InvalidArgumentError({
    where: 'rows of classes',
    expected,
    received: `[${shape.join(', ')}]`,
    fix: 'Pass a parameter of the head, its number of classes, and what was computed for the classes taken.',
  });
