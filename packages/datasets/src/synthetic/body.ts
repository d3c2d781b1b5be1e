import { mix, ramp, steady } from './curves.ts';
import type { Identity } from './identity.ts';
import { type Mesh, sheet } from './mesh.ts';
import { valueNoise } from './noise.ts';

/** Returns `count` directions around a full turn; the first and last point backwards. */
const turn = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    const angle = (4 * i) / (count - 1) - 2;
    return {
      angle,
      sine: steady(Math.sin((angle * Math.PI) / 2)),
      cosine: steady(Math.cos((angle * Math.PI) / 2)),
    };
  });

const neckTurn = turn(24);
const earTurn = turn(14);
const locksTurn = turn(44);

/** Builds the neck, a cylinder under the head. */
export function neckMesh({ skull }: Identity): Mesh {
  const radius = 0.66 * skull.width * mix(1, skull.jaw, 0.5);
  return sheet('neck', 6, neckTurn.length, (row, column, vertex) => {
    const { angle, sine, cosine } = neckTurn[column]!;
    const y = 30 + 12 * row;
    const flare = radius * (1 + 0.5 * ramp((y - 70) / 30));
    vertex.set([flare * sine, y, flare * cosine - 8, flare * sine, y, angle]);
  });
}

/** Builds an ear, a flat ellipsoid at the side of the head: `side` is −1 for the viewer's left, 1 for the right. */
export function earMesh({ skull, ears }: Identity, side: -1 | 1): Mesh {
  const meridian = turn(17).slice(4, 13);
  return sheet('ear', meridian.length, earTurn.length, (row, column, vertex) => {
    const { sine: up, cosine: out } = meridian[row]!;
    const { angle, sine, cosine } = earTurn[column]!;
    const x = side * (skull.width + 0.5 + ears.stand) + 4 * ears.size * out * sine;
    const y = 9 + 13 * ears.size * up - 2 * out * cosine;
    const z = -6 + 6 * ears.size * out * cosine;
    vertex.set([x, y, z, 4 * out * sine, up * 13, angle]);
  });
}

/** Builds long hair, a curtain around head and neck that is open at the face; empty if the hair is short. */
export function locksMesh({ skull, hair, texture }: Identity): Mesh[] {
  if (hair.length < 0.12) return [];
  const bottom = mix(34, 100, hair.length);
  const rows = 20;
  const mesh = sheet('locks', rows, locksTurn.length, (row, column, vertex) => {
    const t = row / (rows - 1);
    const open = mix(0.72, 1.02, ramp(2 * t));
    const angle = 2 + (locksTurn[column]!.angle / 2) * (2 - open);
    const ripple = (2 + 3 * hair.curl) * (valueNoise(5 * angle, 5 * t, texture + 13) - 0.5);
    const uneven = 9 * t * (valueNoise(6 * angle, 0, texture + 6) - 0.5);
    const y = mix(-40, bottom, t) + uneven;
    place(vertex, angle, y, skull.width + mix(hair.volume, 5 + hair.volume, ramp(1.6 * t)) + ripple, t);
  });
  return [mesh];
}

function place(vertex: Float64Array, angle: number, y: number, radius: number, t: number): void {
  const sine = steady(Math.sin((angle * Math.PI) / 2));
  const cosine = steady(Math.cos((angle * Math.PI) / 2));
  const drawnIn = radius * (1 + 0.14 * t - 0.22 * t * t * t);
  vertex.set([drawnIn * sine, y, 1.1 * drawnIn * cosine, drawnIn * sine, y, angle]);
}
