import type { Mesh, Part } from './mesh.ts';
import type { View } from './pose.ts';

/** Numbers kept per pixel: surface x, y, angle and normal x, y, z. */
export const channels = 6;

export const parts: readonly Part[] = ['head', 'ear', 'neck', 'locks'];

/** The nearest surface at each pixel, before paint and light. */
export interface Visible {
  readonly size: number;
  readonly depth: Float32Array;
  /** 0 where there is nothing, otherwise 1 + the index in {@link parts}. */
  readonly part: Uint8Array;
  /** {@link channels} numbers per pixel. */
  readonly values: Float32Array;
}

export const emptyView = (size: number): Visible => ({
  size,
  depth: new Float32Array(size * size),
  part: new Uint8Array(size * size),
  values: new Float32Array(size * size * channels),
});

export function clear({ depth, part }: Visible): void {
  depth.fill(-1e9);
  part.fill(0);
}

/** Draws a mesh into `visible`, triangle by triangle; the nearer of two surfaces stays. */
export function rasterize(mesh: Mesh, view: View, visible: Visible): void {
  const projected = projectVertices(mesh, view);
  const part = 1 + parts.indexOf(mesh.part);
  for (let row = 0; row + 1 < mesh.rows; row++) {
    for (let column = 0; column + 1 < mesh.columns; column++) {
      const corner = (row * mesh.columns + column) * stride;
      const below = corner + mesh.columns * stride;
      drawTriangle(projected, corner, corner + stride, below, part, visible);
      drawTriangle(projected, corner + stride, below + stride, below, part, visible);
    }
  }
}

const stride = 3 + channels;

/** Projects the vertices. For each: image x, y, depth, then the channels, with the normal turned to the camera. */
function projectVertices({ position, normal, surface }: Mesh, view: View): Float32Array {
  const projected = new Float32Array((position.length / 3) * stride);
  for (let from = 0, to = 0; from < position.length; from += 3, to += stride) {
    turn(view.rotation, position, from, projected, to);
    turn(view.rotation, normal, from, projected, to + 6);
    const x = projected[to]!;
    const y = projected[to + 1]!;
    projected[to] = view.a * x - view.b * y + view.tx;
    projected[to + 1] = view.b * x + view.a * y + view.ty;
    for (let k = 0; k < 3; k++) projected[to + 3 + k] = surface[from + k]!;
  }
  return projected;
}

function turn(r: Float64Array, source: Float32Array, from: number, target: Float32Array, to: number): void {
  const x = source[from]!;
  const y = source[from + 1]!;
  const z = source[from + 2]!;
  for (let k = 0; k < 3; k++) target[to + k] = r[3 * k]! * x + r[3 * k + 1]! * y + r[3 * k + 2]! * z;
}

/** Part whose triangles are drawn from behind too: only locks of hair are open enough to show their inside. */
const locks = 1 + parts.indexOf('locks');

/** Fills the pixels whose centres lie in the triangle of the vertices at a, b, c, by barycentric weights. */
function drawTriangle(
  p: Float32Array,
  a: number,
  b: number,
  c: number,
  part: number,
  visible: Visible,
): void {
  const ax = p[a]!;
  const ay = p[a + 1]!;
  const abx = p[b]! - ax;
  const aby = p[b + 1]! - ay;
  const acx = p[c]! - ax;
  const acy = p[c + 1]! - ay;
  const area = abx * acy - aby * acx;
  if (area === 0 || (area < 0 && part !== locks)) return;
  const { size, depth, values } = visible;
  const left = Math.max(0, Math.ceil(ax + Math.min(0, abx, acx) - 0.5));
  const right = Math.min(size - 1, Math.floor(ax + Math.max(0, abx, acx) - 0.5));
  const top = Math.max(0, Math.ceil(ay + Math.min(0, aby, acy) - 0.5));
  const bottom = Math.min(size - 1, Math.floor(ay + Math.max(0, aby, acy) - 0.5));
  const [bx, by, cx, cy] = [abx / area, aby / area, acx / area, acy / area];
  for (let row = top; row <= bottom; row++) {
    const dy = row + 0.5 - ay;
    for (let column = left; column <= right; column++) {
      const dx = column + 0.5 - ax;
      const wb = dx * cy - dy * cx;
      const wc = dy * bx - dx * by;
      if (wb < -1e-9 || wc < -1e-9 || wb + wc > 1 + 1e-9) continue;
      const pixel = row * size + column;
      const near = (1 - wb - wc) * p[a + 2]! + wb * p[b + 2]! + wc * p[c + 2]!;
      if (near <= depth[pixel]!) continue;
      depth[pixel] = near;
      visible.part[pixel] = part;
      for (let n = 3, at = pixel * channels; n < stride; n++, at++) {
        values[at] = (1 - wb - wc) * p[a + n]! + wb * p[b + n]! + wc * p[c + n]!;
      }
    }
  }
}
