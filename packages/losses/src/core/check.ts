import { InvalidArgumentError, type Params } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';

// On other backends reading would stall the device, and a trace has no values to read.
const READABLE_BACKENDS = ['cpu', 'tensorflow'];

/**
 * Returns the class weights, after checking that parameters, embeddings and labels fit together.
 *
 * @param rows the number of rows of the weights per class.
 */
export function checkInputs(
  where: string,
  params: Params,
  embeddings: tf.Tensor2D,
  labels: tf.Tensor1D,
  rows = 1,
): tf.Tensor2D {
  const weight = matrix(where, 'params.weight', params.weight);
  const [batch, size] = matrix(where, 'embeddings', embeddings).shape;
  const [height, expectedSize] = weight.shape;
  if (height % rows !== 0) throw invalid(where, `${rows} rows of params.weight per class`, shapeOf(weight));
  if (size !== expectedSize) {
    throw invalid(
      where,
      `embeddings [B, ${expectedSize}], as long as params.weight's rows`,
      shapeOf(embeddings),
    );
  }
  if (labels.rank !== 1 || labels.dtype !== 'int32' || labels.size !== batch) {
    throw invalid(where, `labels [${batch}] int32`, `${shapeOf(labels)} ${labels.dtype}`);
  }
  if (READABLE_BACKENDS.includes(tf.getBackend())) checkLabels(where, labels.dataSync(), height / rows);
  return weight;
}

/** Returns the bias `[C]`, after checking that it has one value per class. */
export function checkBias(where: string, bias: tf.Tensor | Params | undefined, classes: number): tf.Tensor1D {
  if (bias instanceof tf.Tensor && bias.rank === 1 && bias.size === classes) return bias as tf.Tensor1D;
  throw invalid(where, `params.bias [${classes}], one value per class`, shapeOf(bias));
}

/** Returns a parameter or statistic by its name (`params.bias`), after checking its shape. */
export function checkTensor<T extends tf.Tensor>(
  where: string,
  name: string,
  tree: Params | undefined,
  shape: readonly number[],
): T {
  const value = tree?.[name.slice(name.indexOf('.') + 1)];
  if (value instanceof tf.Tensor && tf.util.arraysEqual(value.shape, [...shape])) return value as T;
  throw invalid(where, `${name} [${shape.join(', ')}] from the head's init`, shapeOf(value));
}

function checkLabels(where: string, labels: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (label < 0 || label >= classes) {
      throw invalid(where, `labels in [0, ${classes})`, `${label} at position ${i}`, { label, position: i });
    }
  }
}

function matrix(where: string, name: string, value: unknown): tf.Tensor2D {
  if (value instanceof tf.Tensor && value.rank === 2 && value.dtype === 'float32')
    return value as tf.Tensor2D;
  throw invalid(where, `${name} to be a float32 matrix`, shapeOf(value));
}

const shapeOf = (value: unknown): string =>
  value instanceof tf.Tensor ? `[${value.shape.join(', ')}] ${value.dtype}` : typeof value;

const invalid = (where: string, expected: string, received: unknown, fields = {}) =>
  new InvalidArgumentError({
    where,
    expected,
    received,
    fix: 'Change that value; the documentation of the head lists shapes, dtypes and ranges.',
    fields,
  });
