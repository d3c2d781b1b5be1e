import { averageWindows, type RgbImage, type Window } from '@hm/images/browser';

/** Resamples a window of an image to `height` × `width` pixels; the part outside the image is ignored. */
export function averageWindow(
  image: RgbImage,
  window: Window,
  { height, width }: { height: number; width: number },
): RgbImage {
  const values = averageWindows(image, height * width * 3, [{ window, height, width }], true);
  return { pixels: Uint8Array.from(values, Math.round), height, width };
}
