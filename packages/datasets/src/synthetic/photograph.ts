import type { Nuisance } from './nuisance.ts';

/** Takes the photograph: blur, exposure, the screen's gamma, contrast, sensor noise, and 8 bits. */
export function photograph(linear: Float32Array, size: number, camera: Nuisance['camera']): Uint8Array {
  blur(linear, size, camera.blur * (size / 112));
  const pixels = new Uint8Array(linear.length);
  let grain = camera.seed | 1;
  for (let i = 0; i < linear.length; i++) {
    grain ^= grain << 13;
    grain ^= grain >>> 17;
    grain ^= grain << 5;
    /** The sum of two bytes is bell-shaped enough, and an integer. */
    const noise = (((grain & 255) + ((grain >>> 8) & 255)) / 255 - 1) * camera.noise;
    const light = camera.exposure * linear[i]!;
    const value = Math.sqrt(light < 0.7 ? light : light - (light - 0.7) ** 2 / (light + 0.3));
    const level = 255 * (0.5 + camera.contrast * (value - 0.5)) + noise;
    pixels[i] = Math.max(0, Math.min(255, Math.floor(level + 0.5)));
  }
  return pixels;
}

/** Binomial blur: passes of `[w, 1 − 2w, w]` along both axes, whose variances `2w` add up to `sigma²`. */
function blur(linear: Float32Array, size: number, sigma: number): void {
  const passes = Math.ceil((sigma * sigma) / 0.5);
  const weight = passes === 0 ? 0 : (sigma * sigma) / (2 * passes);
  for (let pass = 0; pass < passes; pass++) {
    for (let line = 0; line < size; line++) {
      blurLine(linear, 3 * line * size, 3, size, weight);
      blurLine(linear, 3 * line, 3 * size, size, weight);
    }
  }
}

function blurLine(linear: Float32Array, start: number, step: number, count: number, weight: number): void {
  for (let k = start; k < start + 3; k++) {
    let before = linear[k]!;
    for (let i = 0, at = k; i < count; i++, at += step) {
      const here = linear[at]!;
      const after = i + 1 < count ? linear[at + step]! : here;
      linear[at] = here + weight * (before - 2 * here + after);
      before = here;
    }
  }
}
