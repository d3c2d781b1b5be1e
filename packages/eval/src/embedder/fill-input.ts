import type { Preprocessing } from '@hm/datasets';
import { toHalf } from '@hm/onnx/session';
import type { InputType } from './input-layout.ts';

/** Returns `(x - mean) / scale` for each 8-bit level, in the input's type (for float16, as its bits). */
export function levels(dtype: InputType, { mean, scale }: Preprocessing): InputValues {
  const values = Float32Array.from({ length: 256 }, (_, level) => (level - mean) / scale);
  if (dtype === 'float16') return Uint16Array.from(values, toHalf);
  return dtype === 'uint8' ? Uint8Array.from(values) : values;
}

/** Buffer of a batch. */
export type InputValues = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/**
 * Writes an 8-bit RGB image `[H, W, 3]` to its place in a batch. `value` maps each level to an input value. Channel
 * order and layout are the model's, and the image can be mirrored left to right.
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
