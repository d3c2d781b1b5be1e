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
  for (let channel = 0; channel < 3; channel++) {
    const source = channels === 'rgb' ? channel : 2 - channel;
    for (let pixel = 0; pixel < height * width; pixel++) {
      const column = pixel % width;
      const from = mirrored ? pixel - column + (width - 1 - column) : pixel;
      target[pixel * pixelStride + channel * channelStride] = (pixels[from * 3 + source]! - mean) / scale;
    }
  }
}
