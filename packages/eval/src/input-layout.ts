import type { Preprocessing } from '@hm/datasets';
import type { ValueInfo } from '@hm/onnx/session';
import { InvalidDataError } from '@hm/tensor/host';

/** How a model wants its images. */
export interface InputLayout {
  /** The input's name. */
  name: string;
  order: 'nchw' | 'nhwc';
  /** The only batch size it takes, or undefined if any. */
  batch: number | undefined;
}

/**
 * Finds where a model's input has its channels, and checks that it takes images of the preprocessing's size.
 *
 * @throws {InvalidDataError} unless there is one input, float32, `[N, 3, H, W]` or `[N, H, W, 3]`.
 */
export function inputLayout(inputs: readonly ValueInfo[], { height, width }: Preprocessing): InputLayout {
  const [input] = inputs;
  if (inputs.length !== 1 || input?.dtype !== 'float32' || input.shape.length !== 4)
    throw notAnImageInput(inputs);
  const [batch, ...rest] = input.shape;
  const order = orderOf(rest);
  if (order === undefined) throw notAnImageInput(inputs);
  const size = order === 'nchw' ? rest.slice(1) : rest.slice(0, 2);
  const fits = (found: number | string | undefined, wanted: number) =>
    typeof found === 'string' || found === wanted;
  if (!fits(size[0], height) || !fits(size[1], width)) throw wrongSize(size, height, width);
  return { name: input.name, order, batch: typeof batch === 'number' ? batch : undefined };
}

function orderOf(shape: readonly (number | string)[]): InputLayout['order'] | undefined {
  if (shape[0] === 3) return 'nchw';
  return shape[2] === 3 ? 'nhwc' : undefined;
}

const notAnImageInput = (inputs: readonly ValueInfo[]) =>
  new InvalidDataError({
    where: 'loadEmbedder',
    expected: 'one float32 input of shape [N, 3, H, W] or [N, H, W, 3]',
    received: inputs.map(({ name, dtype, shape }) => `"${name}" ${dtype} [${shape.join(', ')}]`).join(', '),
    fix: 'Export the network with images as its only input.',
    fields: { inputs },
  });

const wrongSize = (size: readonly (number | string)[], height: number, width: number) =>
  new InvalidDataError({
    where: 'loadEmbedder',
    expected: `a model that takes images of ${height}×${width}, as its preprocessing says`,
    received: `a model for ${size.join('×')}`,
    fix: 'Give the size that the model was trained with (--size).',
    fields: { height, width, model: size },
  });
