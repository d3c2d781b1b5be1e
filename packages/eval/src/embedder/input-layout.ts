import type { Preprocessing } from '@hm/datasets';
import type { ValueInfo } from '@hm/onnx/session';
import { InvalidDataError } from '@hm/tensor/host';

/** Element types that pixels can be fed as. */
export const inputTypes = ['float32', 'float16', 'uint8'] as const;
export type InputType = (typeof inputTypes)[number];

/** Layout of a model's input. */
export interface InputLayout {
  /** The input's name. */
  name: string;
  order: 'nchw' | 'nhwc';
  dtype: InputType;
  /** The fixed batch size, or undefined if the model takes any. */
  batch: number | undefined;
}

/**
 * Finds the channel dimension of a model's input, and checks that the input matches the preprocessing's image size.
 *
 * @throws {InvalidDataError} unless there is one input, float32, float16 or uint8, of shape `[N, 3, H, W]` or
 * `[N, H, W, 3]`, or if the preprocessing changes pixel values but the input is uint8.
 */
export function inputLayout(
  inputs: readonly ValueInfo[],
  { height, width, mean, scale }: Preprocessing,
): InputLayout {
  const [input] = inputs;
  if (inputs.length !== 1 || input?.shape.length !== 4) throw notAnImageInput(inputs);
  const dtype = inputTypes.find((type) => type === input.dtype);
  if (dtype === undefined) throw wrongType(input);
  if (dtype === 'uint8' && (mean !== 0 || scale !== 1)) throw changesBytes(mean, scale);
  const [batch, ...rest] = input.shape;
  const order = orderOf(rest);
  if (order === undefined) throw notAnImageInput(inputs);
  const size = order === 'nchw' ? rest.slice(1) : rest.slice(0, 2);
  const fits = (found: number | string | undefined, wanted: number) =>
    typeof found !== 'number' || found <= 0 || found === wanted;
  if (!fits(size[0], height) || !fits(size[1], width)) throw wrongSize(size, height, width);
  if (typeof batch === 'number' && batch > MOST_IMAGES) throw tooManyImages(batch);
  // A symbolic size, -1 and 0 all mean any size.
  return {
    name: input.name,
    order,
    dtype,
    batch: typeof batch === 'number' && batch > 0 ? batch : undefined,
  };
}

/** Largest fixed batch size that a model may have: a thousand images take 150 MB as input. */
const MOST_IMAGES = 1024;

function orderOf(shape: readonly (number | string)[]): InputLayout['order'] | undefined {
  if (shape[0] === 3) return 'nchw';
  return shape[2] === 3 ? 'nhwc' : undefined;
}

const notAnImageInput = (inputs: readonly ValueInfo[]) =>
  new InvalidDataError({
    where: 'loadEmbedder',
    expected: 'one input of shape [N, 3, H, W] or [N, H, W, 3]',
    received: inputs.map(({ name, dtype, shape }) => `"${name}" ${dtype} [${shape.join(', ')}]`).join(', '),
    fix: 'Export the network with images as its only input.',
    fields: { inputs },
  });

const wrongType = (input: ValueInfo) =>
  new InvalidDataError({
    where: 'loadEmbedder',
    expected: `an input of ${inputTypes.join(', ')}`,
    received: `"${input.name}" of ${input.dtype}`,
    fix: 'Export the network with a float32 input.',
    fields: { input },
  });

const changesBytes = (mean: number, scale: number) =>
  new InvalidDataError({
    where: 'loadEmbedder',
    expected: 'mean 0 and scale 1 for a model whose input takes 8-bit values as they are',
    received: `mean ${mean} and scale ${scale}`,
    fix: 'Give the mean 0 and the scale 1 (--mean 0 --scale 1).',
    fields: { mean, scale },
  });

const tooManyImages = (batch: number) =>
  new InvalidDataError({
    where: 'loadEmbedder',
    expected: `a model that takes any number of images, or up to ${MOST_IMAGES} at once`,
    received: `one for ${batch}`,
    fix: 'Export the network with a symbolic batch dimension.',
    fields: { batch },
  });

const wrongSize = (size: readonly (number | string)[], height: number, width: number) =>
  new InvalidDataError({
    where: 'loadEmbedder',
    expected: `a model that takes images of ${height}×${width}, as its preprocessing says`,
    received: `a model for ${size.join('×')}`,
    fix: 'Give the size that the model was trained with (--size).',
    fields: { height, width, model: size },
  });
