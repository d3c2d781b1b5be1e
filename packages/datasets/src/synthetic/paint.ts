import type { Color } from './color.ts';

/** Colour of a surface at a point before lighting, and how much it shines. */
export interface Paint {
  red: number;
  green: number;
  blue: number;
  gloss: number;
}

/** Paints a point of a surface: x, y and angle around the head, as in a mesh's `surface`. */
export type Painter = (paint: Paint, x: number, y: number, angle: number) => void;

/** Covers the paint with another colour, `alpha` in `[0, 1]`. */
export function cover(paint: Paint, [red, green, blue]: Color, alpha: number): void {
  paint.red += alpha * (red - paint.red);
  paint.green += alpha * (green - paint.green);
  paint.blue += alpha * (blue - paint.blue);
}

/** Keeps `1 − amount` of the light, and a little more of the red, because shadows on skin are warm. */
export function darken(paint: Paint, amount: number): void {
  paint.red *= 1 - 0.88 * amount;
  paint.green *= 1 - amount;
  paint.blue *= 1 - amount;
}
