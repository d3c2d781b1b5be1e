import type { Rng } from '@hm/tensor/host';
import { type Color, eyeColors, hairColors, mixColor, onPalette, skinTones, tint } from './color.ts';
import { clamp } from './curves.ts';

/**
 * Appearance of a person. Lengths are pixels of the 112 × 112 ArcFace template. The origin lies between the eyes, x to
 * the viewer's right, y down, z towards the viewer.
 */
export interface Identity {
  skull: {
    width: number;
    forehead: number;
    cheekbones: number;
    jaw: number;
    chin: number;
    chinLength: number;
  };
  eyes: { gap: number; width: number; height: number; slant: number; iris: number; depth: number };
  brows: { height: number; thickness: number; slope: number; arch: number; length: number };
  nose: { length: number; width: number; height: number; bridge: number };
  mouth: { y: number; width: number; upperLip: number; lowerLip: number };
  ears: { size: number; stand: number };
  hair: {
    line: number;
    recession: number;
    peak: number;
    parting: number;
    volume: number;
    curl: number;
    fringe: number;
    length: number;
    sideburn: number;
  };
  beard: number;
  freckles: number;
  moles: readonly { x: number; y: number; radius: number }[];
  colors: { skin: Color; hair: Color; iris: Color; lips: Color };
  /** Seed for the grain of skin and hair. */
  texture: number;
}

/**
 * Draws a person. `spread` scales how far everyone may be from the average face: 1 for a varied crowd, 0 for clones.
 * The random draws do not depend on it, so the same person only gets more or less like the average.
 */
export function drawIdentity(rng: Rng, spread: number): Identity {
  const vary = (mean: number, range: number) => mean + spread * range * rng.uniform(-1, 1);
  const trait = (probability: number) => spread * (rng.chance(probability) ? rng.uniform(0.4, 1) : 0);
  const colors = drawColors(rng, spread);
  const long = clamp(rng.uniform(-1.2, 1));
  return {
    skull: {
      width: vary(40.5, 3.6),
      forehead: vary(1, 0.06),
      cheekbones: vary(1, 0.05),
      jaw: vary(1, 0.17),
      chin: vary(1, 0.32),
      chinLength: vary(58.5, 4.5),
    },
    eyes: {
      gap: vary(17.6, 2),
      width: vary(8.7, 1.3),
      height: vary(4.1, 1.1),
      slant: vary(0.04, 0.2),
      iris: vary(3.9, 0.4),
      depth: vary(4, 2.5),
    },
    brows: {
      height: vary(11.5, 3),
      thickness: vary(2, 1.1),
      slope: vary(0, 2.6),
      arch: vary(1.8, 1.8),
      length: vary(10.5, 1.6),
    },
    nose: { length: vary(20, 3.2), width: vary(8.6, 2.4), height: vary(14, 4), bridge: vary(4.2, 1.4) },
    mouth: { y: vary(40.5, 2.2), width: vary(14.6, 2.8), upperLip: vary(2.6, 1.4), lowerLip: vary(3.6, 1.7) },
    ears: { size: vary(1, 0.22), stand: vary(0, 2) },
    hair: {
      line: vary(-33, 9),
      recession: trait(0.4) * 14,
      peak: vary(2, 5),
      parting: vary(0, 14),
      volume: vary(6, 4),
      curl: trait(0.35),
      fringe: trait(0.5) * 4,
      length: spread * long,
      sideburn: vary(10, 12),
    },
    beard: long > 0 ? 0 : trait(0.5),
    freckles: trait(0.25),
    moles: Array.from({ length: rng.integer(4) }, () => ({
      x: rng.uniform(-28, 28),
      y: rng.uniform(-26, 50),
      radius: spread * rng.uniform(0.7, 1.5),
    })),
    colors,
    texture: rng.integer(2 ** 30),
  };
}

function drawColors(rng: Rng, spread: number): Identity['colors'] {
  const between = (palette: readonly Color[], place: number) =>
    mixColor(onPalette(palette, 0.3), onPalette(palette, place), spread);
  const depth = rng.uniform();
  const skin = between(skinTones, depth);
  /** Deep skin rarely goes with light hair and eyes. */
  const lightest = 1 - 0.75 * depth;
  const redness = rng.uniform(0.55, 0.95);
  return {
    skin,
    hair: between(hairColors, rng.chance(0.12) ? 1 : rng.uniform() * lightest),
    iris: between(eyeColors, rng.uniform() * lightest),
    lips: tint(skin, [0.86, redness * 0.58, redness * 0.64]),
  };
}
