/** 8-bit sRGB pixels, row-major `[height, width, 3]`. */
export interface RgbImage {
  pixels: Uint8Array;
  height: number;
  width: number;
}
