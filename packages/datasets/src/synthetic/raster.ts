import type { Mesh, Part } from './mesh.ts';
import type { View } from './pose.ts';

/** Numbers kept per pixel: surface x, y, angle and normal x, y, z. */
export const channels = 6;

export const parts: readonly Part[] = ['head', 'ear', 'neck', 'locks'];

/** What is seen at each pixel, before paint and light: the nearest surface. */
export interface Visible {
  readonly size: number;
  readonly depth: Float32Array;
  /** 0 where nothing is, otherwise 1 + the index in {@link parts}. */
  readonly part: Uint8Array;
  /** {@link channels} numbers per pixel. */
  readonly values: Float32Array;
}

export const nothingVisible = (size: number): Visible => ({
  size,
  depth: new Float32Array(size * size).fill(-1e9),
  part: new Uint8Array(size * size),
  values: new Float32Array(size * size * channels),
});

/** Draws a mesh into what is visible, triangle by triangle; of two surfaces the nearer stays. */
export function rasterise(mesh: Mesh, view: View, visible: Visible): void {
  const projected = projectVertices(mesh, view);
  const part = 1 + parts.indexOf(mesh.part);
  for (let row = 0; row + 1 < mesh.rows; row++) {
    for (let column = 0; column + 1 < mesh.columns; column++) {
      const corner = row * mesh.columns + column;
      const below = corner + mesh.columns;
      drawTriangle(projected, corner, corner + 1, below, part, visible);
      drawTriangle(projected, corner + 1, below + 1, below, part, visible);
    }
  }
}

const stride = 3 + channels;

/** Per vertex: picture x, y, depth, then the channels, the normal turned to the camera. */
function projectVertices(
  { position, normal, surface }: Mesh,
  { rotation: r, a, b, tx, ty }: View,
): Float32Array {
  const projected = new Float32Array((position.length / 3) * stride);
  for (let from = 0, to = 0; from < position.length; from += 3, to += stride) {
    for (const [source, at] of [
      [position, 0],
      [normal, 6],
    ] as const) {
      const [x, y, z] = [source[from]!, source[from + 1]!, source[from + 2]!];
      for (let k = 0; k < 3; k++)
        projected[to + at + k] = r[3 * k]! * x + r[3 * k + 1]! * y + r[3 * k + 2]! * z;
    }
    const [x, y] = [projected[to]!, projected[to + 1]!];
    projected[to] = a * x - b * y + tx;
    projected[to + 1] = b * x + a * y + ty;
    for (let k = 0; k < 3; k++) projected[to + 3 + k] = surface[from + k]!;
  }
  return projected;
}

/** Fills the pixels whose centres lie inside, by barycentric weights. Triangles seen from behind are kept too. */
function drawTriangle(
  p: Float32Array,
  i: number,
  j: number,
  k: number,
  part: number,
  visible: Visible,
): void {
  const [a, b, c] = [i * stride, j * stride, k * stride];
  const [ax, ay, bx, by, cx, cy] = [p[a]!, p[a + 1]!, p[b]!, p[b + 1]!, p[c]!, p[c + 1]!];
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (area === 0) return;
  const last = visible.size - 1;
  const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
  const right = Math.min(last, Math.floor(Math.max(ax, bx, cx) - 0.5));
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
  const bottom = Math.min(last, Math.floor(Math.max(ay, by, cy) - 0.5));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const [dx, dy] = [x + 0.5 - ax, y + 0.5 - ay];
      const wb = (dx * (cy - ay) - dy * (cx - ax)) / area;
      const wc = (dy * (bx - ax) - dx * (by - ay)) / area;
      if (wb < 0 || wc < 0 || wb + wc > 1) continue;
      const pixel = y * visible.size + x;
      const wa = 1 - wb - wc;
      const depth = wa * p[a + 2]! + wb * p[b + 2]! + wc * p[c + 2]!;
      if (depth <= visible.depth[pixel]!) continue;
      visible.depth[pixel] = depth;
      visible.part[pixel] = part;
      const at = pixel * channels;
      for (let n = 0; n < channels; n++) {
        visible.values[at + n] = wa * p[a + 3 + n]! + wb * p[b + 3 + n]! + wc * p[c + 3 + n]!;
      }
    }
  }
}
