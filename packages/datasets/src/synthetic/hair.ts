import { bump, clamp, mix, ramp } from './curves.ts';
import type { Identity } from './identity.ts';
import { valueNoise } from './noise.ts';

/** How much hair covers the scalp at height `y` and `angle` (right angles from the front): 0 is skin, 1 is hair. */
export type Coverage = (y: number, angle: number) => number;

/** The hairline: over the forehead, down the temples before the ears, and to the nape behind them. */
export function hairCoverage({ hair, texture }: Identity): Coverage {
  return (y, angle) => {
    if (y > 40) return 0;
    const side = Math.abs(angle);
    const forehead =
      hair.line +
      hair.peak * bump(angle / 0.22) -
      hair.recession * bump((side - 0.4) / 0.35) +
      hair.parting * angle;
    const temple = mix(hair.sideburn, 36, ramp((side - 1) / 0.15));
    const line = mix(forehead, temple, ramp((side - 0.62) / 0.26));
    if (y > line + 6 || y < line - 14) return y < line ? 1 : 0;
    const fringe = 5 * (valueNoise(angle * 24, y * 0.08, texture) - 0.5);
    return ramp((line + fringe - y) / 4 + 0.5);
  };
}

/** How far hair stands off the head, template pixels: its volume, tousled by curls. */
export function hairHeight({ hair, texture }: Identity, y: number, angle: number): number {
  const curls = hair.curl * 7 * (valueNoise(angle * 7, y * 0.16, texture + 1) - 0.4);
  return hair.volume + curls;
}

/** Strands: a factor on the hair's colour, streaked along the hair. */
export function strands({ hair, texture }: Identity, y: number, angle: number): number {
  const wave = hair.curl * 0.5 * valueNoise(angle * 6, y * 0.2, texture + 2);
  const fine = valueNoise((angle + wave) * 46, y * 0.05, texture + 3);
  const coarse = valueNoise((angle + wave) * 13, y * 0.07, texture + 4);
  return clamp(0.45 + 0.6 * fine + 0.5 * coarse, 0, 1.6);
}
