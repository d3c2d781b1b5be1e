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
  const value = Float32Array.from({ length: 256 }, (_, level) => (level - mean) / scale);
  const step = mirrored ? -3 : 3;
  for (let channel = 0; channel < 3; channel++) {
    let to = channel * channelStride;
    for (let row = 0; row < height; row++) {
      let from =
        3 * row * width + (mirrored ? 3 * (width - 1) : 0) + (channels === 'rgb' ? channel : 2 - channel);
      for (let column = 0; column < width; column++, from += step, to += pixelStride)
        target[to] = value[pixels[from]!]!;
    }
  }
}
