/** Every way to use the mirrored image. */
export const flips = ['off', 'sum', 'concat'] as const;

/**
 * What the mirrored image adds. `off`: nothing. `sum`: its embedding is added (insightface). `concat`: its
 * embedding is appended (facenet, SphereFace), so that the cosine is that of both views without their cross
 * terms.
 */
export type Flip = (typeof flips)[number];

/** Writes one image's embedding, `[D]` or `[2D]`, made of its views. */
export function combineViews(
  target: Float32Array,
  upright: Float32Array,
  mirrored: Float32Array | undefined,
  flip: Flip,
): void {
  target.set(upright);
  if (mirrored === undefined) return;
  if (flip === 'concat') target.set(mirrored, upright.length);
  else
    mirrored.forEach((value, k) => {
      target[k] = upright[k]! + value;
    });
}
