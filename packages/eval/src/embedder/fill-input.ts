import type { Preprocessing } from '@hm/datasets';
import { toHalf } from '@hm/onnx/session';
import type { InputType } from './input-layout.ts';

/** What each 8-bit level becomes, `(x - mean) / scale`, in the input's type; of float16 its bits. */
export function levels(dtype: InputType, { mean, scale }: Preprocessing): InputValues {
  const values = Float32Array.from({ length: 256 }, (_, level) => (level - mean) / scale);
  if (dtype === 'float16') return Uint16Array.from(values, toHalf);
  return dtype === 'uint8' ? Uint8Array.from(values) : values;
}

/** The memory of a batch. */
export type InputValues = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/**
 * Writes an image, RGB `[H, W, 3]` of 8 bits, into its place in a batch as the values of its levels, in the model's
 * channel order and layout, mirrored left to right on request.
 */
export function fillInput(
  target: InputValues,
  pixels: Uint8Array,
  value: InputValues,
  order: 'nchw' | 'nhwc',
  { height, width, channels }: Preprocessing,
  mirrored: boolean,
): void {
  const [pixelStride, channelStride] = order === 'nchw' ? [1, height * width] : [3, 1];
  const [red, blue] = channels === 'rgb' ? [0, 2 * channelStride] : [2 * channelStride, 0];
  const step = mirrored ? -pixelStride : pixelStride;
  let from = 0;
  for (let row = 0; row < height; row++) {
    let to = (row * width + (mirrored ? width - 1 : 0)) * pixelStride;
    for (let column = 0; column < width; column++, from += 3, to += step) {
      target[to + red] = value[pixels[from]!]!;
      target[to + channelStride] = value[pixels[from + 1]!]!;
      target[to + blue] = value[pixels[from + 2]!]!;
    }
  }
}
