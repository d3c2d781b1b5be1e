import type { Rng } from '@hm/tensor/host';
import type { Color } from './color.ts';
import { steady } from './curves.ts';

/** What differs between two photographs of one person. Angles are radians, lengths template pixels. */
export interface Nuisance {
  pose: { yaw: number; pitch: number };
  /** Error of a detector's landmarks, as a similarity transform. */
  misalignment: { roll: number; zoom: number; x: number; y: number };
  light: { x: number; y: number; z: number; color: Color; ambient: number };
  expression: {
    smile: number;
    open: number;
    browRaise: number;
    closure: number;
    gazeX: number;
    gazeY: number;
  };
  glasses: { width: number; height: number; roundness: number; thickness: number; color: Color } | undefined;
  background: { top: Color; bottom: Color; seed: number };
  camera: { exposure: number; contrast: number; blur: number; noise: number; seed: number };
}

/** Draws the conditions of one photograph; `spread` in `[0, 1]` is how far they depart from the studio's. */
export function drawNuisance(rng: Rng, spread: number): Nuisance {
  const vary = (mean: number, range: number) => mean + spread * range * rng.uniform(-1, 1);
  const upTo = (range: number) => spread * range * rng.uniform();
  /** A sum of uniforms is bell-shaped, and exact where a logarithm would not be. */
  const bell = (range: number) => (spread * range * (rng.uniform(-1, 1) + rng.uniform(-1, 1))) / 2;
  const azimuth = vary(0.35, 1.5);
  const elevation = vary(0.55, 0.55);
  const warmth = vary(0.02, 0.16);
  return {
    pose: { yaw: bell(0.8), pitch: bell(0.45) },
    misalignment: { roll: bell(0.22), zoom: 0.96 + bell(0.12), x: bell(5), y: bell(5) },
    light: {
      x: steady(Math.sin(azimuth) * Math.cos(elevation)),
      y: -steady(Math.sin(elevation)),
      z: steady(Math.cos(azimuth) * Math.cos(elevation)),
      color: [1 + warmth, 1, 1 - warmth],
      ambient: vary(0.42, 0.2),
    },
    expression: {
      smile: vary(0.4, 0.7),
      open: rng.chance(0.35) ? upTo(1) : 0,
      browRaise: vary(0, 1),
      closure: rng.chance(0.1) ? upTo(1) : upTo(0.25),
      gazeX: bell(2),
      gazeY: bell(1),
    },
    glasses: rng.chance(0.4 * spread) ? drawGlasses(rng) : undefined,
    background: { top: drawBackdrop(rng), bottom: drawBackdrop(rng), seed: rng.integer(2 ** 30) },
    camera: {
      exposure: 1 + vary(0.02, 0.38),
      contrast: 1 + bell(0.5),
      blur: upTo(1.6),
      noise: upTo(16),
      seed: rng.integer(2 ** 30),
    },
  };
}

/** Frame colours: black, tortoiseshell, steel and navy. */
const frames: readonly Color[] = [
  [0.012, 0.011, 0.011],
  [0.09, 0.035, 0.012],
  [0.2, 0.2, 0.21],
  [0.02, 0.03, 0.09],
];

const drawGlasses = (rng: Rng) => ({
  width: rng.uniform(11, 14),
  height: rng.uniform(7.5, 11),
  roundness: rng.uniform(),
  thickness: rng.uniform(0.9, 2),
  color: rng.pick(frames),
});

function drawBackdrop(rng: Rng): Color {
  const gray = rng.uniform(0.06, 0.5);
  return [gray * rng.uniform(0.6, 1.4), gray * rng.uniform(0.8, 1.2), gray * rng.uniform(0.6, 1.4)];
}
