/** Entry point for browsers. */
export { type AveragedWindow, averageWindows, type Window } from './average-windows.ts';
export { type BrowserImage, decodeImage } from './decode/decode-image.web.ts';
export { inOrder } from './in-order.ts';
export { resizePixels } from './resize-pixels.ts';
export type { RgbImage } from './rgb-image.ts';
export { rgbOf } from './rgb-of.ts';
export { shrinkPixels } from './shrink-pixels.ts';
export { warpPixels } from './warp-pixels.ts';
