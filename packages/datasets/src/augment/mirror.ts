import type { RgbImage } from '@hm/images';

/** Mirrors the image left to right, in place. */
export function mirror(image: RgbImage): RgbImage {
  const { pixels, height, width } = image;
  for (let row = 0; row < height; row++) {
    let left = row * width * 3;
    let right = left + (width - 1) * 3;
    for (; left < right; left += 3, right -= 3) {
      for (let channel = 0; channel < 3; channel++) {
        const kept = pixels[left + channel]!;
        pixels[left + channel] = pixels[right + channel]!;
        pixels[right + channel] = kept;
      }
    }
  }
  return image;
}
