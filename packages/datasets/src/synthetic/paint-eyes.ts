import { mixColor, tint } from './color.ts';
import { bump, clamp, mix, ramp } from './curves.ts';
import type { Identity } from './identity.ts';
import { valueNoise } from './noise.ts';
import type { Nuisance } from './nuisance.ts';
import { cover, darken, type Painter } from './paint.ts';

const white = [0.66, 0.63, 0.6] as const;
const black = [0.012, 0.01, 0.01] as const;
const lash = [0.03, 0.02, 0.016] as const;

/**
 * Paints eyeballs between their lids: two parabolas from corner to corner, an iris behind them, lashes on the upper
 * one.
 */
export function eyePainter({ eyes, colors }: Identity, expression: Nuisance['expression']): Painter {
  const openness = 1 - expression.closure;
  const rim = tint(colors.iris, [0.22, 0.22, 0.24]);
  const glow = mixColor(colors.iris, white, 0.06);
  return (paint, x, y) => {
    const outward = Math.abs(x) - eyes.gap;
    if (Math.abs(outward) > eyes.width + 4 || Math.abs(y) > 11) return;
    const across = outward / eyes.width;
    const down = y + eyes.slant * outward;
    const opening = Math.max(0, 1 - across * across);
    const lower = 0.62 * eyes.height * opening;
    const upper = mix(lower, -eyes.height * opening * (1 - 0.22 * across), openness);
    const inside =
      ramp((down - upper) / 0.8 + 0.5) * ramp((lower - down) / 0.8 + 0.5) * ramp((1 - Math.abs(across)) * 7);

    darken(paint, 0.3 * bump((outward + 4) / 9, (down + 3) / 7));
    darken(paint, 0.22 * bump(across * 0.8, (down - upper + 3) / 1.6));
    darken(paint, 0.16 * bump(across * 0.75, (down - lower - 2.6) / 2.2));
    if (inside > 0) {
      cover(paint, white, inside);
      darken(paint, inside * (0.15 + 0.45 * bump(across * 0.5, (down - upper) / 3)));
      const ix = x - (x < 0 ? -eyes.gap : eyes.gap) - expression.gazeX;
      const iy = down + 0.5 - expression.gazeY;
      const radius = Math.sqrt(ix * ix + iy * iy) / eyes.iris;
      cover(paint, rim, inside * ramp((1.04 - radius) * 4));
      cover(paint, glow, inside * ramp((0.9 - radius) * 3.5) * (0.65 + 0.35 * ramp(iy / 3 + 0.5)));
      cover(paint, black, inside * ramp((0.47 - radius) * 5));
      cover(paint, [1.3, 1.3, 1.3], inside * 1.2 * bump((ix + 1.1) / 1.25, (iy + 1.2) / 1.25));
      paint.gloss = mix(paint.gloss, 0.25, inside);
    }
    const lid = Math.abs(across) < 1.12 ? bump((down - upper + 0.3) / (1.5 + 0.4 * across)) : 0;
    cover(paint, lash, 0.9 * lid * ramp((1.14 - Math.abs(across)) * 5));
    cover(paint, lash, 0.28 * bump((down - lower) / 0.9) * ramp((1 - Math.abs(across)) * 4));
  };
}

/** Paints brows: strips of hair above the eyes, thinner towards the temples. */
export function browPainter(
  { brows, eyes, colors, texture }: Identity,
  { browRaise }: Nuisance['expression'],
): Painter {
  const color = tint(colors.hair, [0.55, 0.52, 0.5]);
  return (paint, x, y) => {
    const across = (Math.abs(x) - eyes.gap - 1) / brows.length;
    if (Math.abs(across) > 1.1 || Math.abs(y + brows.height) > 10) return;
    const arch = brows.arch * (1 - across * across);
    const line = -brows.height - arch + brows.slope * across - 1.6 * browRaise;
    const half = brows.thickness * mix(1, 0.55, ramp(across)) * ramp((1.05 - Math.abs(across)) * 2.5);
    const hairs = valueNoise(x * 1.1 + y * 0.6, y * 0.5, texture + 7);
    const alpha = ramp((half - Math.abs(y - line)) / 1.3 + 0.45) * clamp(half * 2);
    cover(paint, color, alpha * (0.62 + 0.38 * hairs));
  };
}
