import { averageWindows, type RgbImage } from '@hm/images/browser';
import { type HostTensor, hostTensor } from '@hm/tensor/host';
import type { Canvas } from './canvas.ts';

/** Low enough that it is never the maximum of a window. */
const MASKED = -1e9;

/** Draws the image's pyramid on a canvas, `[1, H, W, 3]`, RGB 0–255. */
export function paint(image: RgbImage, { height, width, pieces }: Canvas): HostTensor<'float32'> {
  const windows = pieces.map(({ level, left, top, x, y, ...size }) => {
    const [stepX, stepY] = [image.width / level.width, image.height / level.height];
    const window = {
      left: left * stepX,
      top: top * stepY,
      width: size.width * stepX,
      height: size.height * stepY,
    };
    return { window, ...size, offset: (y * width + x) * 3, rowLength: width * 3 };
  });
  const values = averageWindows(image, height * width * 3, windows, true);
  return hostTensor('float32', [1, height, width, 3], values);
}

/**
 * Returns the mask that P-Net adds before pooling, `[1, H - 2, W - 2, 1]`. It excludes the position beyond the border
 * of an odd-sized piece from its pooling window, so that the result is the same as for the piece alone, pooled in
 * ceil mode.
 */
export function ceilMask({ height, width, pieces }: Canvas): HostTensor<'float32'> {
  const [rows, columns] = [height - 2, width - 2];
  const data = new Float32Array(rows * columns);
  for (const piece of pieces) {
    const column = piece.x + piece.width - 2;
    const row = piece.y + piece.height - 2;
    if (piece.width % 2 === 1 && column < columns) {
      for (let y = piece.y; y <= Math.min(row, rows - 1); y++) data[y * columns + column] = MASKED;
    }
    if (piece.height % 2 === 1 && row < rows) {
      data.fill(MASKED, row * columns + piece.x, row * columns + Math.min(column + 1, columns));
    }
  }
  return hostTensor('float32', [1, rows, columns, 1], data);
}
