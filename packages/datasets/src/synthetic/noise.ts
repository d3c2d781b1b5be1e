import { mix, ramp } from './curves.ts';

/** Returns the number from `[0, 1)` that belongs to a point of the integer lattice. */
export function lattice(x: number, y: number, seed: number): number {
  let bits = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ seed;
  bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}

/** Smooth value noise in `[0, 1)`: the lattice's numbers, interpolated. Its grain is one unit wide. */
export function valueNoise(x: number, y: number, seed: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const across = ramp(x - left);
  return mix(
    mix(lattice(left, top, seed), lattice(left + 1, top, seed), across),
    mix(lattice(left, top + 1, seed), lattice(left + 1, top + 1, seed), across),
    ramp(y - top),
  );
}
