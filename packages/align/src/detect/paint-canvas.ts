import { averageWindows, type RgbImage } from '@hm/images/browser';
import { type HostTensor, hostTensor } from '@hm/tensor/host';
import type { Canvas } from './canvas.ts';

/** Low enough never to be a window's maximum. */
const MASKED = -1e9;

/** The image's pyramid on a canvas, `[1, H, W, 3]`, RGB 0–255. */
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
 * What P-Net adds before pooling, `[1, H - 2, W - 2, 1]`: takes the position beyond an odd piece's border out
 * of its pooling window, so that the piece comes out as if it were alone and pooled in ceil mode.
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
