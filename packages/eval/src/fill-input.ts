import type { Preprocessing } from '@hm/datasets';

/**
 * Writes an image, RGB `[H, W, 3]` of 8 bits, into its place in a batch as `(x - mean) / scale` in the
 * model's channel order and layout, mirrored left to right on request.
 */
export function fillInput(
  target: Float32Array,
  pixels: Uint8Array,
  order: 'nchw' | 'nhwc',
  { height, width, channels, mean, scale }: Preprocessing,
  mirrored: boolean,
): void {
  const [pixelStride, channelStride] = order === 'nchw' ? [1, height * width] : [3, 1];
  const [red, blue] = channels === 'rgb' ? [0, 2 * channelStride] : [2 * channelStride, 0];
  const value = Float32Array.from({ length: 256 }, (_, level) => (level - mean) / scale);
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
