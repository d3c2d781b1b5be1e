import { type Color, tint } from './color.ts';
import { bump, clamp, mix, ramp } from './curves.ts';
import type { Identity } from './identity.ts';
import { valueNoise } from './noise.ts';
import type { Nuisance } from './nuisance.ts';
import { cover, darken, type Painter } from './paint.ts';

const cavity: Color = [0.045, 0.012, 0.012];
const teeth: Color = [0.78, 0.74, 0.66];

/** Paints lips around a line whose corners a smile lifts. An open mouth shows teeth above a dark cavity. */
export function mouthPainter({ mouth, colors }: Identity, { smile, open }: Nuisance['expression']): Painter {
  const half = mouth.width * (1 + 0.13 * smile - 0.08 * open);
  const shade = tint(colors.lips, [0.72, 0.7, 0.7]);
  return (paint, x, y) => {
    const across = x / half;
    if (Math.abs(across) > 1.3 || Math.abs(y - mouth.y) > 17) return;
    const opening = Math.max(0, 1 - across * across);
    const line = mouth.y + 1.4 - (0.9 + 3.6 * smile) * across * across + 0.5 * bump(across / 0.2);
    const gap = (0.25 + 3.4 * open + 1.1 * Math.max(0, smile - 0.5)) * opening;
    const top = line - gap - mouth.upperLip * (1.25 * opening - 0.35 * bump(across / 0.22));
    const bottom = line + gap + mouth.lowerLip * opening * (1 - 0.1 * across * across);
    const inLips =
      ramp((y - top) / 1.2 + 0.5) * ramp((bottom - y) / 1.4 + 0.5) * ramp((1.04 - Math.abs(across)) * 8);

    darken(paint, 0.26 * bump(across * 0.9, (y - bottom - 2.2) / 2.8));
    darken(paint, 0.1 * bump(x / 2.6, (y - mouth.y + 9) / 5));
    darken(paint, 0.3 * bump((Math.abs(across) - 1.05) / 0.16, (y - line) / 2.2));
    cover(paint, y < line ? shade : colors.lips, 0.85 * inLips);
    paint.gloss = mix(paint.gloss, 0.22, inLips);
    const inside =
      ramp((gap - Math.abs(y - line)) / 0.9 + 0.5) * clamp(gap * 1.4) * ramp((1 - Math.abs(across)) * 6);
    cover(paint, cavity, inside);
    cover(
      paint,
      teeth,
      inside * clamp(gap - 0.8) * ramp((line - 0.1 * gap - y) / 1.2 + 0.6) * (1 - 0.6 * across * across),
    );
    darken(paint, 0.55 * bump((y - line) / 1.1) * ramp((1.1 - Math.abs(across)) * 5) * (gap < 1 ? 1 : 0));
  };
}

/** Paints nostrils, the shadow under the nose, and the folds from its wings to the mouth's corners. */
export function nosePainter({ nose, mouth }: Identity, { smile }: Nuisance['expression']): Painter {
  return (paint, x, y) => {
    const side = Math.abs(x);
    darken(paint, 0.2 * bump(x / (nose.width + 4), (y - nose.length - 5.5) / 4.5));
    darken(paint, 0.68 * bump((side - 0.45 * nose.width) / 2.3, (y - nose.length - 3.4) / 1.6));
    darken(paint, 0.22 * bump((side - nose.width - 1.6) / 2.2, (y - nose.length) / 6));
    const t = clamp((y - nose.length + 2) / (mouth.y - nose.length + 2));
    const fold = mix(nose.width + 2.5, mouth.width + 4, t);
    darken(paint, (0.12 + 0.14 * Math.max(0, smile)) * bump((side - fold) / 2.6, 2 * t - 1));
  };
}

/** Paints a beard and moustache; the darker the hair, the more it shows. */
export function beardPainter({ beard, mouth, nose, colors, texture }: Identity): Painter {
  const color = tint(colors.hair, [0.6, 0.58, 0.58]);
  return (paint, x, y) => {
    if (beard === 0 || y < 4) return;
    const side = Math.abs(x);
    const edge = mix(mouth.y + 5, 4, ramp((side - 10) / 28));
    const jaw = ramp((y - edge) / 13);
    const moustache = clamp(1.6 * bump(x / (mouth.width + 4), (y - mix(nose.length, mouth.y, 0.62)) / 6.5));
    const stubble = 0.75 + 0.5 * (valueNoise(x * 1.9, y * 1.1, texture + 12) - 0.5);
    cover(paint, color, clamp(beard * Math.max(jaw, moustache) * stubble * 1.15));
  };
}
