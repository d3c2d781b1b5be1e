/** Part of a person, which decides the painter that colours it. */
export type Part = 'head' | 'ear' | 'neck' | 'locks';

/** A curved sheet of `rows × columns` vertices, three numbers each; its front faces along column × row. */
export interface Mesh {
  readonly part: Part;
  readonly rows: number;
  readonly columns: number;
  /** Positions of the vertices. */
  readonly position: Float32Array;
  /** Normals at the vertices, unit vectors. */
  readonly normal: Float32Array;
  /**
   * Coordinates for painters: x, y before hair and jaw moved the vertices, and the angle around the head in right
   * angles.
   */
  readonly surface: Float32Array;
}

/** Places one vertex: position x, y, z, then surface x, y, angle. */
export type Place = (row: number, column: number, vertex: Float64Array) => void;

/** Builds a sheet from the function that places its vertices. */
export function sheet(part: Part, rows: number, columns: number, place: Place): Mesh {
  const position = new Float32Array(3 * rows * columns);
  const surface = new Float32Array(3 * rows * columns);
  const vertex = new Float64Array(6);
  for (let row = 0, offset = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, offset += 3) {
      place(row, column, vertex);
      for (let k = 0; k < 3; k++) {
        position[offset + k] = vertex[k]!;
        surface[offset + k] = vertex[3 + k]!;
      }
    }
  }
  return { part, rows, columns, position, surface, normal: normals(position, rows, columns) };
}

/** Computes normals as the cross product of the differences between each vertex's neighbours. */
function normals(position: Float32Array, rows: number, columns: number): Float32Array {
  const normal = new Float32Array(position.length);
  for (let row = 0, offset = 0; row < rows; row++) {
    const up = row > 0 ? 3 * columns : 0;
    const down = row < rows - 1 ? 3 * columns : 0;
    for (let column = 0; column < columns; column++, offset += 3) {
      const left = offset - (column > 0 ? 3 : 0);
      const right = offset + (column < columns - 1 ? 3 : 0);
      writeNormal(normal, position, offset, left, right, offset - up, offset + down);
    }
  }
  return normal;
}

function writeNormal(
  normal: Float32Array,
  position: Float32Array,
  at: number,
  left: number,
  right: number,
  above: number,
  below: number,
): void {
  const ax = position[right]! - position[left]!;
  const ay = position[right + 1]! - position[left + 1]!;
  const az = position[right + 2]! - position[left + 2]!;
  const bx = position[below]! - position[above]!;
  const by = position[below + 1]! - position[above + 1]!;
  const bz = position[below + 2]! - position[above + 2]!;
  const x = ay * bz - az * by;
  const y = az * bx - ax * bz;
  const z = ax * by - ay * bx;
  const length = Math.sqrt(x * x + y * y + z * z) + 1e-6;
  normal[at] = x / length;
  normal[at + 1] = y / length;
  normal[at + 2] = z / length;
}
