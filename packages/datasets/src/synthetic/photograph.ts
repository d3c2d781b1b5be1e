import type { Nuisance } from './nuisance.ts';
import type { Picture } from './shade.ts';

/** Takes the photograph: blur, exposure, the screen's gamma, contrast, sensor noise, and 8 bits. */
export function photograph(picture: Picture, size: number, camera: Nuisance['camera']): Uint8Array {
  blur(picture, size, camera.blur * (size / 112));
  const pixels = new Uint8Array(3 * size * size);
  let grain = camera.seed | 1;
  for (let to = 0; to < pixels.length; to++) {
    grain ^= grain << 13;
    grain ^= grain >>> 17;
    grain ^= grain << 5;
    /** The sum of two bytes is bell-shaped enough, and an integer. */
    const noise = (((grain & 255) + ((grain >>> 8) & 255)) / 255 - 1) * camera.noise;
    const light = camera.exposure * picture[to + Math.floor(to / 3)]!;
    const value = Math.sqrt(shoulder(light));
    const level = 255 * (0.5 + camera.contrast * (value - 0.5)) + noise;
    pixels[to] = Math.max(0, Math.min(255, Math.floor(level + 0.5)));
  }
  return pixels;
}

/** Film's soft shoulder: bright light is compressed instead of clipped. */
const shoulder = (light: number): number => (light < 0.6 ? light : 1 - 0.16 / (light - 0.2));

/** Binomial blur: passes of `[w, 1 − 2w, w]` along both axes, whose variances `2w` add up to `sigma²`. */
function blur(picture: Picture, size: number, sigma: number): void {
  const passes = Math.ceil((sigma * sigma) / 0.5);
  const weight = passes === 0 ? 0 : (sigma * sigma) / (2 * passes);
  for (let pass = 0; pass < passes; pass++) {
    for (let line = 0; line < size; line++) {
      blurLine(picture, 4 * line * size, 4, size, weight);
      blurLine(picture, 4 * line, 4 * size, size, weight);
    }
  }
}

function blurLine(picture: Picture, start: number, step: number, count: number, weight: number): void {
  for (let k = start; k < start + 3; k++) {
    let before = picture[k]!;
    for (let i = 0, at = k; i < count; i++, at += step) {
      const here = picture[at]!;
      const after = i + 1 < count ? picture[at + step]! : here;
      picture[at] = here + weight * (before - 2 * here + after);
      before = here;
    }
  }
}
