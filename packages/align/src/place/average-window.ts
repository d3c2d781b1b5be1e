import { averageWindows, type RgbImage, type Window } from '@hm/images/browser';

/** A window of an image as `height` × `width` pixels; what lies outside the image is left out. */
export function averageWindow(
  image: RgbImage,
  window: Window,
  { height, width }: { height: number; width: number },
): RgbImage {
  const values = averageWindows(image, height * width * 3, [{ window, height, width }], true);
  return { pixels: Uint8Array.from(values, Math.round), height, width };
}
