import { clamp } from './curves.ts';
import type { Part } from './mesh.ts';
import type { Nuisance } from './nuisance.ts';
import type { Paint, Painter } from './paint.ts';
import { channels, parts, type Visible } from './raster.ts';

/** Paints what is visible and lets light fall on it: linear RGB, one triple per pixel, black where nothing is. */
export function shade(
  visible: Visible,
  painters: Record<Part, Painter>,
  light: Nuisance['light'],
): Float32Array {
  const picture = new Float32Array(3 * visible.part.length);
  const paint: Paint = { red: 0, green: 0, blue: 0, gloss: 0 };
  for (let pixel = 0; pixel < visible.part.length; pixel++) {
    const part = visible.part[pixel]!;
    if (part === 0) continue;
    const at = pixel * channels;
    const { values } = visible;
    painters[parts[part - 1]!](paint, values[at]!, values[at + 1]!, values[at + 2]!);
    illuminate(picture, 3 * pixel, paint, values, at + 3, light);
  }
  return picture;
}

/**
 * Light through skin reaches past the edge of its shadow, red the furthest: per colour a wrapped Lambert term
 * `(n·l + w) / (1 + w)`. Sky above, and a highlight where the normal halves light and view.
 */
function illuminate(
  picture: Float32Array,
  to: number,
  { red, green, blue, gloss }: Paint,
  values: Float32Array,
  at: number,
  { x: lx, y: ly, z: lz, colour, ambient }: Nuisance['light'],
): void {
  const [x, y, z] = [values[at]!, values[at + 1]!, values[at + 2]!];
  const length = Math.sqrt(x * x + y * y + z * z) + 1e-6;
  const facing = z < 0 ? -length : length;
  const toLight = (x * lx + y * ly + z * lz) / facing;
  const sky = ambient * (0.72 - 0.28 * (y / facing)) * (z < 0 ? 0.4 : 0.75 + 0.25 * (z / length));
  const half = Math.sqrt(lx * lx + ly * ly + (lz + 1) * (lz + 1));
  const shine = clamp((x * lx + y * ly + z * (lz + 1)) / (facing * half));
  const highlight = gloss * 0.7 * power24(shine);
  const strength = 1.12 - ambient * 0.5;
  picture[to] = red * (sky + strength * colour[0] * wrapped(toLight, 0.34)) + highlight * colour[0];
  picture[to + 1] = green * (sky + strength * colour[1] * wrapped(toLight, 0.2)) + highlight * colour[1];
  picture[to + 2] = blue * (sky + strength * colour[2] * wrapped(toLight, 0.14)) + highlight * colour[2];
}

const wrapped = (cosine: number, wrap: number): number => Math.max(0, (cosine + wrap) / (1 + wrap));

function power24(x: number): number {
  const x8 = (x * x * x * x) ** 2;
  return x8 * x8 * x8;
}
