import { mix, ramp, steady } from './curves.ts';
import { type AboveHairline, hairHeight } from './hair.ts';
import type { Identity } from './identity.ts';
import { type Mesh, sheet } from './mesh.ts';
import type { Nuisance } from './nuisance.ts';
import { faceRelief } from './relief.ts';

const rows = 66;
const columns = 60;

/** Sines and cosines of the columns' angles, closer together at the front, where the face is. */
const around = Array.from({ length: columns }, (_, column) => {
  const t = (2 * column) / (columns - 1) - 1;
  const angle = t * mix(0.9, 1.5, t * t);
  return {
    angle,
    sine: steady(Math.sin((angle * Math.PI) / 2)),
    cosine: steady(Math.cos((angle * Math.PI) / 2)),
  };
});

/** Height, half width and half depth of the skull, from crown to chin. Curves connect the rows of this table. */
function skullProfile({ skull }: Identity): readonly (readonly [number, number, number])[] {
  const { width, forehead, cheekbones, jaw, chin, chinLength } = skull;
  return [
    [-66, 0, 0],
    [-63, 0.45 * width, 22],
    [-54, 0.8 * width, 37],
    [-38, 0.98 * width * forehead, 45],
    [-18, 1.02 * width * forehead, 47],
    [0, width, 46],
    [14, width * cheekbones, 45],
    [28, 0.92 * width * mix(cheekbones, jaw, 0.5), 44],
    [42, 0.76 * width * jaw, 43],
    [chinLength - 6, 0.53 * width * jaw * mix(1, chin, 0.5), 42],
    [chinLength - 1, 0.32 * width * chin, 38],
    [chinLength + 1, 0.16 * width * chin, 22],
    [chinLength, 0, 0],
  ];
}

/** Builds a head: cross-sections around a vertical axis, with the face's relief in front and hair on top. */
export function headMesh(identity: Identity, { expression }: Nuisance, above: AboveHairline): Mesh {
  const profile = curveThrough(skullProfile(identity), rows);
  const relief = faceRelief(identity, expression);
  return sheet('head', rows, columns, (row, column, vertex) => {
    const y = profile[3 * row]!;
    const { angle, sine, cosine } = around[column]!;
    const x = profile[3 * row + 1]! * sine;
    const z = profile[3 * row + 2]! * cosine * (cosine < 0 ? 1.15 : 1);
    const raised = cosine > 0 ? relief(x, y) * ramp(2.5 * cosine) : 0;
    const hair = hairHeight(identity, above(y, angle), y, angle);
    vertex[0] = x + hair * sine;
    vertex[1] = y - hair * ramp((-20 - y) / 40) + 5 * expression.open * ramp((y - 36) / 14);
    vertex[2] = z + raised + hair * cosine;
    vertex[3] = x;
    vertex[4] = y;
    vertex[5] = angle;
  });
}

/** Samples Catmull–Rom curves through the table's rows at `count` places, three numbers each. */
function curveThrough(table: readonly (readonly [number, number, number])[], count: number): Float64Array {
  const samples = new Float64Array(3 * count);
  const at = (row: number, k: number) => table[Math.max(0, Math.min(table.length - 1, row))]![k]!;
  for (let i = 0; i < count; i++) {
    const place = (i / (count - 1)) * (table.length - 1);
    const row = Math.min(Math.floor(place), table.length - 2);
    const t = place - row;
    for (let k = 0; k < 3; k++) {
      const [a, b, c, d] = [at(row - 1, k), at(row, k), at(row + 1, k), at(row + 2, k)];
      samples[3 * i + k] =
        b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
    }
  }
  return samples;
}
