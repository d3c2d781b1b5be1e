/** Side of the square of results that one tile yields. */
export type TileSize = 2 | 4;

/** Sizes of one direction of a convolution by a 3×3 filter with stride 1: an image in, an image out, and the border. */
export interface Tiling {
  size: TileSize;
  batch: number;
  inputs: readonly [height: number, width: number];
  outputs: readonly [height: number, width: number];
  /** Rows of border above and columns left of the image. */
  pads: readonly [top: number, left: number];
}

/** Returns the number of tiles in a column and in a row. */
export const gridOf = ({ size, outputs: [height, width] }: Tiling) =>
  [Math.ceil(height / size), Math.ceil(width / size)] as const;

/**
 * Returns, for each pixel of a patch, each tile and each run of channels, where that run lies in the image; the last is
 * the border.
 */
export function patchPlaces(
  { size, batch, inputs, outputs, pads }: Tiling,
  side: number,
  blocks: number,
): Int32Array {
  const [height, width] = inputs;
  const [rows, columns] = [Math.ceil(outputs[0] / size), Math.ceil(outputs[1] / size)];
  const places = new Int32Array(side * side * batch * rows * columns * blocks);
  const border = batch * blocks * height * width;
  let next = 0;
  for (let pixel = 0; pixel < side * side; pixel++) {
    const [dy, dx] = [Math.floor(pixel / side) - pads[0], (pixel % side) - pads[1]];
    for (let n = 0; n < batch; n++) {
      for (let tile = 0; tile < rows * columns; tile++) {
        const [y, x] = [Math.floor(tile / columns) * size + dy, (tile % columns) * size + dx];
        const inside = y >= 0 && x >= 0 && y < height && x < width;
        for (let block = 0; block < blocks; block++)
          places[next++] = inside ? ((n * blocks + block) * height + y) * width + x : border;
      }
    }
  }
  return places;
}

/** Returns, for each image, run of channels and pixel of the result, where that run lies among `[m², tiles, runs]`. */
export function resultPlaces(tiling: Tiling, blocks: number): Int32Array {
  const { size, batch, outputs } = tiling;
  const [rows, columns] = gridOf(tiling);
  const places = new Int32Array(batch * blocks * outputs[0] * outputs[1]);
  let next = 0;
  for (let n = 0; n < batch; n++)
    for (let block = 0; block < blocks; block++)
      for (let y = 0; y < outputs[0]; y++)
        for (let x = 0; x < outputs[1]; x++) {
          const pixel = (y % size) * size + (x % size);
          const tile = Math.floor(y / size) * columns + Math.floor(x / size);
          places[next++] = ((pixel * batch + n) * rows * columns + tile) * blocks + block;
        }
  return places;
}
