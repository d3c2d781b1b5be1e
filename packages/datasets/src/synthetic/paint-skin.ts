import { tint } from './color.ts';
import { bump, clamp, ramp } from './curves.ts';
import type { Identity } from './identity.ts';
import { lattice, valueNoise } from './noise.ts';
import { cover, darken, type Painter } from './paint.ts';

/** Paints plain skin, flushed on cheeks, nose and chin. */
export function skinPainter({ colors: { skin } }: Identity): Painter {
  const flushed = tint(skin, [1, 0.62, 0.58]);
  return (paint, x, y) => {
    paint.red = skin[0];
    paint.green = skin[1];
    paint.blue = skin[2];
    paint.gloss = 0.1;
    const cheek = bump((Math.abs(x) - 24) / 16, (y - 20) / 15);
    const flush = cheek + bump(x / 9, (y - 19) / 9) + 0.5 * bump(x / 14, (y - 56) / 10);
    cover(paint, flushed, 0.42 * clamp(flush));
  };
}

/** Paints the mottling of real skin, moles, and freckles: at most one in each cell of a grid, somewhere in it. */
export function blemishPainter({ freckles, moles, colors, texture }: Identity): Painter {
  const brown = tint(colors.skin, [0.5, 0.36, 0.3]);
  const dark = tint(colors.skin, [0.2, 0.13, 0.12]);
  return (paint, x, y) => {
    darken(paint, 0.11 * (valueNoise(x * 0.22, y * 0.22, texture + 8) - 0.5));
    for (const { x: mx, y: my, radius } of moles) {
      const inside = 1 - ((x - mx) * (x - mx) + (y - my) * (y - my)) / (radius * radius + 1e-9);
      cover(paint, dark, 0.9 * ramp(1.5 * radius * inside));
    }
    if (freckles > 0) cover(paint, brown, freckleAt(x / 2.4, y / 2.4, freckles * freckleZone(x, y), texture));
  };
}

/** Freckles gather over nose and cheeks, a few on the forehead. */
const freckleZone = (x: number, y: number): number =>
  bump(x / 36, (y - 13) / 17) + 0.3 * bump(x / 36, (y + 22) / 16);

function freckleAt(x: number, y: number, density: number, texture: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  if (lattice(column, row, texture + 9) > density) return 0;
  const radius = 0.3 + 0.2 * lattice(column, row, texture + 14);
  const across = x - column - 0.25 - 0.5 * lattice(column, row, texture + 10);
  const down = y - row - 0.25 - 0.5 * lattice(column, row, texture + 11);
  return 0.75 * bump(across / radius, down / radius);
}
