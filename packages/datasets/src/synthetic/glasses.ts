import { mix, ramp } from './curves.ts';
import type { Identity } from './identity.ts';
import type { Nuisance } from './nuisance.ts';
import type { View } from './pose.ts';
import type { Visible } from './raster.ts';
import type { Picture } from './shade.ts';

/** Distance from the axis of the head to the plane of the lenses in front of it. */
const plane = 51;

/**
 * Draws the frame over the person. Each pixel is traced back to the plane of the lenses, unless the nose is in front.
 * `view` and `visible` have twice the resolution of `picture`.
 */
export function drawGlasses(
  picture: Picture,
  identity: Identity,
  glasses: Nuisance['glasses'],
  view: View,
  visible: Visible,
): void {
  if (!glasses) return;
  const size = visible.size / 2;
  const { rotation: r } = view;
  const toPlane = planeOf(view);
  const frame = frameAlpha(identity, glasses);
  for (let pixel = 0; pixel < size * size; pixel++) {
    const column = 2 * (pixel % size);
    const row = 2 * Math.floor(pixel / size);
    const [x, y] = toPlane(column + 1, row + 1);
    if (Math.abs(y) > 16 || Math.abs(x) > identity.skull.width - 3) continue;
    if (r[6]! * x + r[7]! * y + r[8]! * plane < visible.depth[row * visible.size + column]! - 1) continue;
    const { rim, lens } = frame(x, y);
    for (let k = 0, to = 4 * pixel; k < 3; k++, to++) {
      picture[to] = mix(mix(picture[to]!, 0.8, 0.07 * lens), glasses.color[k]!, rim);
    }
    picture[4 * pixel + 3] = Math.max(picture[4 * pixel + 3]!, rim);
  }
}

/** Maps a point of the image back to the head: where the line of sight through it meets the plane of the lenses. */
function planeOf({
  rotation: r,
  a,
  b,
  tx,
  ty,
}: View): (column: number, row: number) => readonly [number, number] {
  const scale = a * a + b * b;
  const determinant = r[0]! * r[4]! - r[1]! * r[3]!;
  return (column, row) => {
    const [px, py] = [column - tx, row - ty];
    const u = (a * px + b * py) / scale - r[2]! * plane;
    const v = (a * py - b * px) / scale - r[5]! * plane;
    return [(r[4]! * u - r[1]! * v) / determinant, (r[0]! * v - r[3]! * u) / determinant];
  };
}

/** Shape of the frame: rounded rectangles around the eyes and a bridge between them. */
function frameAlpha(
  { eyes }: Identity,
  { width, height, roundness, thickness }: NonNullable<Nuisance['glasses']>,
) {
  const corner = Math.min(width, height) * mix(0.25, 1, roundness);
  return (x: number, y: number) => {
    const dx = Math.max(0, Math.abs(Math.abs(x) - Math.max(eyes.gap, width + 2)) - width + corner);
    const dy = Math.max(0, Math.abs(y - 1) - height + corner);
    const outside = Math.sqrt(dx * dx + dy * dy) - corner;
    const bar = Math.abs(x) < 6 ? 0.03 * x * x : 0;
    const bridgeAndHinges = outside > 0 ? ramp((0.55 * thickness - Math.abs(y + 3 - bar)) * 1.4 + 0.5) : 0;
    const rim = ramp((0.5 * thickness - Math.abs(outside)) * 1.4 + 0.5);
    return { rim: Math.max(rim, bridgeAndHinges), lens: outside < 0 ? 1 : 0 };
  };
}
