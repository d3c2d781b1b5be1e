import { clamp } from './curves.ts';
import type { Part } from './mesh.ts';
import type { Nuisance } from './nuisance.ts';
import type { Paint, Painter } from './paint.ts';
import { channels, parts, type Visible } from './raster.ts';

/**
 * Image in linear light: red, green, blue and coverage per pixel. The backdrop shows where the person does not cover
 * it.
 */
export type Picture = Float32Array;

/**
 * Paints and lights what is visible, at half the resolution. Where the four pixels of a block see one surface, their
 * average is painted once. At an edge each pixel is painted, so that outlines are smooth.
 */
export function shade(visible: Visible, painters: Record<Part, Painter>, light: Nuisance['light']): Picture {
  const size = visible.size / 2;
  const picture = new Float32Array(4 * size * size);
  const paint: Paint = { red: 0, green: 0, blue: 0, gloss: 0 };
  const values = new Float64Array(channels);
  const lamp = lampOf(light);
  const painterOf = parts.map((part) => painters[part]);
  for (let to = 0; to < size * size; to++) {
    const corner = 2 * visible.size * Math.floor(to / size) + 2 * (to % size);
    const whole = isOneSurface(visible, corner);
    for (let i = 0; i < (whole ? 1 : 4); i++) {
      const pixel = corner + (i & 1) + (i >> 1) * visible.size;
      const part = visible.part[pixel]!;
      if (part === 0) continue;
      if (whole) readBlock(visible, corner, values);
      else for (let k = 0; k < channels; k++) values[k] = visible.values[pixel * channels + k]!;
      painterOf[part - 1]!(paint, values[0]!, values[1]!, values[2]!);
      illuminate(paint, values, lamp);
      addPaint(picture, 4 * to, paint, whole ? 1 : 0.25);
    }
  }
  return picture;
}

function isOneSurface({ size, part, depth }: Visible, corner: number): boolean {
  const below = corner + size;
  const a = part[corner]!;
  if (part[corner + 1] !== a || part[below] !== a || part[below + 1] !== a) return false;
  const near = Math.max(depth[corner]!, depth[corner + 1]!, depth[below]!, depth[below + 1]!);
  return near - Math.min(depth[corner]!, depth[corner + 1]!, depth[below]!, depth[below + 1]!) < 3;
}

function readBlock({ size, values }: Visible, corner: number, mean: Float64Array): void {
  const a = corner * channels;
  const b = (corner + size) * channels;
  for (let k = 0; k < channels; k++) {
    mean[k] =
      0.25 * (values[a + k]! + values[a + channels + k]! + values[b + k]! + values[b + channels + k]!);
  }
}

function addPaint(picture: Picture, to: number, { red, green, blue }: Paint, weight: number): void {
  picture[to]! += weight * red;
  picture[to + 1]! += weight * green;
  picture[to + 2]! += weight * blue;
  picture[to + 3]! += weight;
}

/** Computes the light's numbers that are the same at every pixel. */
function lampOf({ x, y, z, color: [red, green, blue], ambient }: Nuisance['light']) {
  const strength = 1.12 - ambient * 0.5;
  return { x, y, z, red, green, blue, ambient, strength, half: Math.sqrt(x * x + y * y + (z + 1) * (z + 1)) };
}

/**
 * Lights a point. Light through skin reaches past the edge of its shadow, red the furthest, so each colour has a
 * wrapped Lambert term `(n·l + w) / (1 + w)`. Adds sky light from above, and a highlight where the normal halves light
 * and view.
 */
function illuminate(paint: Paint, values: Float64Array, lamp: ReturnType<typeof lampOf>): void {
  const x = values[3]!;
  const y = values[4]!;
  const z = values[5]!;
  const length = Math.sqrt(x * x + y * y + z * z) + 1e-6;
  const facing = z < 0 ? -length : length;
  const toLight = (x * lamp.x + y * lamp.y + z * lamp.z) / facing;
  const sky = lamp.ambient * (0.72 - 0.28 * (y / facing)) * (z < 0 ? 0.4 : 0.75 + 0.25 * (z / length));
  const shine = clamp((x * lamp.x + y * lamp.y + z * (lamp.z + 1)) / (facing * lamp.half));
  const highlight = 0.7 * paint.gloss * power24(shine);
  paint.red = paint.red * (sky + lamp.strength * lamp.red * wrapped(toLight, 0.34)) + highlight * lamp.red;
  paint.green =
    paint.green * (sky + lamp.strength * lamp.green * wrapped(toLight, 0.2)) + highlight * lamp.green;
  paint.blue =
    paint.blue * (sky + lamp.strength * lamp.blue * wrapped(toLight, 0.14)) + highlight * lamp.blue;
}

const wrapped = (cosine: number, wrap: number): number => Math.max(0, (cosine + wrap) / (1 + wrap));

function power24(x: number): number {
  const x4 = x * x * x * x;
  const x8 = x4 * x4;
  return x8 * x8 * x8;
}
