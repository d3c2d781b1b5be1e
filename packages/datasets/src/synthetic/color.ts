import { mix } from './curves.ts';

/** A colour in linear light: red, green and blue, 1 = white. The screen shows its square root (a gamma of 2). */
export type Color = readonly [red: number, green: number, blue: number];

/** Returns the colour that a screen shows for three values in 0–255. */
const screen = (red: number, green: number, blue: number): Color => [
  (red * red) / 65025,
  (green * green) / 65025,
  (blue * blue) / 65025,
];

/** Skin tones from pale to deep. */
export const skinTones: readonly Color[] = [
  screen(250, 222, 205),
  screen(240, 202, 176),
  screen(228, 182, 148),
  screen(205, 155, 118),
  screen(172, 122, 88),
  screen(130, 88, 62),
  screen(96, 64, 48),
];

export const hairColors: readonly Color[] = [
  screen(28, 24, 24),
  screen(52, 36, 28),
  screen(88, 58, 38),
  screen(128, 88, 54),
  screen(190, 150, 96),
  screen(146, 72, 36),
  screen(168, 164, 160),
];

export const eyeColors: readonly Color[] = [
  screen(58, 36, 22),
  screen(104, 66, 34),
  screen(120, 110, 62),
  screen(84, 122, 88),
  screen(92, 130, 168),
  screen(120, 132, 140),
];

export const mixColor = (a: Color, b: Color, t: number): Color => [
  mix(a[0], b[0], t),
  mix(a[1], b[1], t),
  mix(a[2], b[2], t),
];

/** `a` seen through a filter of colour `b`. */
export const tint = (a: Color, b: Color): Color => [a[0] * b[0], a[1] * b[1], a[2] * b[2]];

/** Returns the colour of a palette at `position` in `[0, 1]`, interpolated between neighbours. */
export function onPalette(palette: readonly Color[], position: number): Color {
  const place = position * (palette.length - 1);
  const before = Math.min(Math.floor(place), palette.length - 2);
  return mixColor(palette[before]!, palette[before + 1]!, place - before);
}
