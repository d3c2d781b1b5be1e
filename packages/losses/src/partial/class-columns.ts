import { checkArguments, type HostTensor, hostTensor, InvalidArgumentError, sizeOf } from '@hm/tensor/host';

/** Whether a parameter has a part for each class: its last dimension is `count`, or a multiple of it. */
export const hasClasses = (tensor: Pick<HostTensor, 'shape'>, count: number): boolean => {
  checkArguments('hasClasses', { tensor, count }, { tensor: { has: ['shape'] }, count: 'number' });
  const { shape } = tensor;
  return shape.length > 0 && shape.at(-1)! > 0 && shape.at(-1)! % count === 0;
};

/**
 * What of a float32 tensor belongs to some classes: of `weight` `[D, C]` the columns `[D, S]`, of `bias` `[C]` the values
 * `[S]`, of `[D, C·K]` the neighbouring columns `[D, S·K]`. The optimiser's state of a parameter is taken like it.
 *
 * @param classes `[S]`, which. @param count C, how many there are.
 * @param into as long as the result, filled and returned in it instead of new memory.
 * @throws {InvalidArgumentError} if the tensor has no part for each of the C classes.
 * @example
 * const some = takeClasses(weight, sample.classes, 85742); // [512, 85742] gives [512, 8574]
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
  const columns = columnsOf(tensor, classes, count);
  const [rows, width] = rowsAndWidth(tensor);
  const source = tensor.data as Float32Array;
  const target = into ?? new Float32Array(rows * columns.length);
  let next = 0;
  for (let start = 0; start < rows * width; start += width)
    for (let i = 0; i < columns.length; i++) target[next++] = source[start + columns[i]!]!;
  return hostTensor('float32', [...tensor.shape.slice(0, -1), columns.length], target);
}

/**
 * Writes the values of some classes to their places in a float32 tensor of all, which changes; the other classes' stay as
 * they are.
 *
 * @throws {InvalidArgumentError} if the tensor has no part for each of the C classes, or the values are not of those.
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
  const columns = columnsOf(tensor, classes, count);
  const [rows, width] = rowsAndWidth(tensor);
  if (values.data.length !== rows * columns.length) throw misfit(`values […, ${columns.length}]`, values);
  const [target, source] = [tensor.data as Float32Array, values.data as Float32Array];
  let next = 0;
  for (let start = 0; start < rows * width; start += width)
    for (let i = 0; i < columns.length; i++) target[start + columns[i]!] = source[next++]!;
}

function rowsAndWidth({ shape }: HostTensor): [number, number] {
  const width = shape.at(-1)!;
  return [sizeOf(shape) / width, width];
}

/** Which of a tensor's columns belong to the classes: as many for each, side by side. */
function columnsOf(tensor: HostTensor, classes: Int32Array, count: number): Int32Array {
  if (!hasClasses(tensor, count))
    throw misfit(`a tensor whose last dimension is a multiple of ${count}`, tensor);
  const perClass = tensor.shape.at(-1)! / count;
  if (perClass === 1) return classes;
  return Int32Array.from(
    { length: classes.length * perClass },
    (_, i) => classes[Math.floor(i / perClass)]! * perClass + (i % perClass),
  );
}

const misfit = (expected: string, { shape }: HostTensor) =>
  new InvalidArgumentError({
    where: 'class columns',
    expected,
    received: `[${shape.join(', ')}]`,
    fix: 'Pass a parameter of the head, its number of classes, and what was computed for the classes taken.',
  });
