import { mix, ramp, steady } from './curves.ts';
import type { Identity } from './identity.ts';
import { type Mesh, sheet } from './mesh.ts';

/** Directions around a full turn, `count` of them, the first and last behind. */
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

/** A cylinder under the head. */
export function neckMesh({ skull }: Identity): Mesh {
  const radius = 0.66 * skull.width * mix(1, skull.jaw, 0.5);
  return sheet('neck', 6, neckTurn.length, (row, column, vertex) => {
    const { angle, sine, cosine } = neckTurn[column]!;
    const y = 30 + 12 * row;
    const flare = radius * (1 + 0.5 * ramp((y - 70) / 30));
    vertex.set([flare * sine, y, flare * cosine - 8, flare * sine, y, angle]);
  });
}

/** A flat ellipsoid at the side of the head: `side` is −1 for the viewer's left, 1 for the right. */
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

/** Long hair: a curtain around head and neck, open where the face is; undefined when the hair is short. */
export function locksMesh({ skull, hair }: Identity): Mesh | undefined {
  if (hair.length < 0.12) return undefined;
  const bottom = mix(10, 80, hair.length);
  const rows = 14;
  return sheet('locks', rows, locksTurn.length, (row, column, vertex) => {
    const t = row / (rows - 1);
    const open = mix(0.72, 1.02, ramp(2 * t));
    const angle = 2 + (locksTurn[column]!.angle / 2) * (2 - open);
    const y = mix(-40, bottom, t);
    place(vertex, angle, y, skull.width + mix(hair.volume, 5 + hair.volume, ramp(1.6 * t)), t);
  });
}

function place(vertex: Float64Array, angle: number, y: number, radius: number, t: number): void {
  const sine = steady(Math.sin((angle * Math.PI) / 2));
  const cosine = steady(Math.cos((angle * Math.PI) / 2));
  const curl = radius * (1 + 0.1 * t);
  vertex.set([curl * sine, y, 1.1 * curl * cosine, curl * sine, y, angle]);
}
