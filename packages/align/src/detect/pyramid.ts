/** One level of the image pyramid. */
export interface Level {
  /** Level pixels per image pixel; boxes are divided by it. */
  scale: number;
  height: number;
  width: number;
}

/**
 * Returns the pyramid on which P-Net's 12×12 window sees faces from `minFaceSize` pixels upwards: scales
 * `12 / minFaceSize · factor^k` while the shorter side has at least 12 pixels, with sizes rounded up.
 */
export function pyramid(height: number, width: number, minFaceSize: number, factor: number): Level[] {
  const levels: Level[] = [];
  const shorter = Math.min(height, width);
  for (let scale = 12 / minFaceSize; shorter * scale >= 12; scale *= factor) {
    levels.push({ scale, height: Math.ceil(height * scale), width: Math.ceil(width * scale) });
  }
  return levels;
}
