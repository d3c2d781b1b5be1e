import { bump, clamp, mix, ramp } from './curves.ts';
import type { Identity } from './identity.ts';
import { valueNoise } from './noise.ts';

/**
 * Returns how far a point of the scalp lies above the hairline, in template pixels; `angle` is in right angles from the
 * front.
 */
export type AboveHairline = (y: number, angle: number) => number;

/** Returns the hairline: over the forehead, down the temples in front of the ears, and to the nape behind them. */
export function aboveHairline({ hair }: Identity): AboveHairline {
  return (y, angle) => {
    const side = Math.abs(angle);
    const forehead =
      hair.line +
      hair.peak * bump(angle / 0.25) -
      hair.recession * bump((side - 0.42) / 0.36) +
      hair.parting * angle;
    const temple = mix(hair.sideburn, 34, ramp((side - 1) / 0.2));
    return mix(forehead, temple, ramp((side - 0.6) / 0.32)) - y;
  };
}

/** Returns how much hair hides the skin, from 0 to 1; the tips of strands cross the hairline. */
export function hairCoverage({ hair, texture }: Identity, above: number, y: number, angle: number): number {
  if (above > 8) return 1;
  if (above < -8) return 0;
  const tips =
    valueNoise(angle * 34, y * 0.06, texture) + 0.6 * valueNoise(angle * 11, y * 0.05, texture + 5) - 0.8;
  return ramp((above + (4 + hair.fringe) * tips) / (3.4 - hair.fringe * 0.3) + 0.5);
}

/** Returns how far the hair stands off the head, in template pixels: flat at the hairline, tousled by curls. */
export function hairHeight({ hair, texture }: Identity, above: number, y: number, angle: number): number {
  if (above <= -2) return 0;
  const rise = mix(ramp((above + 2) / 17), ramp((above + 2) / 6), 0.12 * hair.fringe);
  const curls = hair.curl * 6 * (valueNoise(angle * 8, y * 0.17, texture + 1) - 0.3);
  const top = mix(0.62, 1, ramp((-4 - y) / 36));
  return rise * (hair.volume * top + curls);
}

/** Returns a factor on the hair's colour that draws strands along the hair. */
export function strands({ hair, texture }: Identity, y: number, angle: number): number {
  const wave = (0.05 + 0.16 * hair.curl) * valueNoise(angle * 7, y * 0.15, texture + 2);
  const fine = valueNoise((angle + wave) * 48, y * 0.04, texture + 3);
  const coarse = valueNoise((angle + wave) * 14, y * 0.05, texture + 4);
  return clamp(0.4 + 0.55 * fine + 0.6 * coarse, 0, 1.6);
}
