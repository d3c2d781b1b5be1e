import { clamp, mix, ramp } from './curves.ts';
import type { Identity } from './identity.ts';
import type { Nuisance } from './nuisance.ts';
import type { View } from './pose.ts';
import type { Visible } from './raster.ts';

/** How far before the axis of the head the plane of the lenses stands. */
const plane = 51;

/**
 * Draws the frame over a finished picture (linear RGB, one triple per pixel): each pixel is followed back to the plane
 * of the lenses, unless the nose is before it.
 */
export function drawGlasses(
  picture: Float32Array,
  identity: Identity,
  glasses: Nuisance['glasses'],
  view: View,
  visible: Visible,
): void {
  if (!glasses) return;
  const { rotation: r, a, b, tx, ty } = view;
  const scale = a * a + b * b;
  const determinant = r[0]! * r[4]! - r[1]! * r[3]!;
  const frame = frameAlpha(identity, glasses);
  for (let row = 0, pixel = 0; row < visible.size; row++) {
    for (let column = 0; column < visible.size; column++, pixel++) {
      const [px, py] = [column + 0.5 - tx, row + 0.5 - ty];
      const u = (a * px + b * py) / scale - r[2]! * plane;
      const v = (a * py - b * px) / scale - r[5]! * plane;
      const x = (r[4]! * u - r[1]! * v) / determinant;
      const y = (r[0]! * v - r[3]! * u) / determinant;
      if (Math.abs(y) > 16 || Math.abs(x) > 36) continue;
      if (r[6]! * x + r[7]! * y + r[8]! * plane < visible.depth[pixel]! - 1) continue;
      const { rim, lens } = frame(x, y);
      const tone = mix(0.012, 0.16, (1 - glasses.dark) ** 2);
      for (let k = 0; k < 3; k++) {
        const glass = mix(picture[3 * pixel + k]!, 0.8, 0.07 * lens);
        picture[3 * pixel + k] = mix(glass, tone * (1 - 0.15 * k), rim);
      }
    }
  }
}

/** Rounded rectangles around the eyes and a bridge between them. */
function frameAlpha(
  { eyes }: Identity,
  { width, height, roundness, thickness }: NonNullable<Nuisance['glasses']>,
) {
  const corner = Math.min(width, height) * mix(0.25, 1, roundness);
  return (x: number, y: number) => {
    const dx = Math.max(0, Math.abs(Math.abs(x) - Math.max(eyes.gap, width + 2)) - width + corner);
    const dy = Math.max(0, Math.abs(y - 1) - height + corner);
    const outside = Math.sqrt(dx * dx + dy * dy) - corner;
    const bridge = Math.abs(x) < 6 ? ramp((0.6 * thickness - Math.abs(y + 3 - 0.03 * x * x)) * 1.4 + 0.5) : 0;
    const rim = ramp((0.5 * thickness - Math.abs(outside)) * 1.4 + 0.5);
    return { rim: clamp(Math.max(rim, outside > 0 ? bridge : 0)), lens: outside < 0 ? 1 : 0 };
  };
}
