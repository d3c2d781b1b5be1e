import { steady } from './curves.ts';
import type { Identity } from './identity.ts';
import type { Nuisance } from './nuisance.ts';

/** Projection from head to image: `[x, y, depth] = rotation · position`, then a similarity in the image plane. */
export interface View {
  /** Row-major 3 × 3, head to camera. */
  readonly rotation: Float64Array;
  /** `x' = a x − b y + tx`, `y' = b x + a y + ty`. */
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

/** Eyes, nose tip and mouth corners of InsightFace's 112 × 112 ArcFace template. */
const template = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
] as const;

/**
 * Turns the head, then aligns the image as a face aligner would: by the similarity that brings the five landmarks
 * closest to the template (least squares), with the nuisance's misalignment, scaled to `size` pixels.
 */
export function viewOf(identity: Identity, { pose, misalignment }: Nuisance, size: number): View {
  const rotation = rotate(pose.yaw, pose.pitch);
  const fit = alignment(landmarks(identity).map((point) => project(rotation, point)));
  const scale = (size / 112) * misalignment.zoom;
  const cosine = scale * steady(Math.cos(misalignment.roll));
  const sine = scale * steady(Math.sin(misalignment.roll));
  const [x, y] = [fit.tx - 56, fit.ty - 56];
  return {
    rotation,
    a: cosine * fit.a - sine * fit.b,
    b: sine * fit.a + cosine * fit.b,
    tx: cosine * x - sine * y + (size / 112) * (56 + misalignment.x),
    ty: sine * x + cosine * y + (size / 112) * (56 + misalignment.y),
  };
}

function landmarks({ eyes, nose, mouth }: Identity): [number, number, number][] {
  return [
    [-eyes.gap, 0, 42],
    [eyes.gap, 0, 42],
    [0, nose.length, 45 + nose.height],
    [-mouth.width, mouth.y, 42],
    [mouth.width, mouth.y, 42],
  ];
}

function rotate(yaw: number, pitch: number): Float64Array {
  const [cy, sy] = [steady(Math.cos(yaw)), steady(Math.sin(yaw))];
  const [cp, sp] = [steady(Math.cos(pitch)), steady(Math.sin(pitch))];
  return Float64Array.of(cy, 0, sy, sp * sy, cp, -sp * cy, -cp * sy, sp, cp * cy);
}

const project = (r: Float64Array, [x, y, z]: readonly [number, number, number]): [number, number] => [
  r[0]! * x + r[1]! * y + r[2]! * z,
  r[3]! * x + r[4]! * y + r[5]! * z,
];

/** Least squares over similarities, in closed form: with centred points, `a + ib = Σ p̄ q / Σ |p|²`. */
function alignment(points: readonly (readonly [number, number])[]) {
  const mean = (list: readonly (readonly [number, number])[], k: 0 | 1) =>
    list.reduce((sum, point) => sum + point[k], 0) / list.length;
  const [px, py, qx, qy] = [mean(points, 0), mean(points, 1), mean(template, 0), mean(template, 1)];
  let [real, imaginary, norm] = [0, 0, 0];
  for (const [i, point] of points.entries()) {
    const [x, y, u, v] = [point[0] - px, point[1] - py, template[i]![0] - qx, template[i]![1] - qy];
    real += x * u + y * v;
    imaginary += x * v - y * u;
    norm += x * x + y * y;
  }
  const [a, b] = [real / norm, imaginary / norm];
  return { a, b, tx: qx - a * px + b * py, ty: qy - b * px - a * py };
}
