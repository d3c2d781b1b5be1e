/** Values of {@link Flip}. */
export const flips = ['off', 'sum', 'concat'] as const;

/**
 * How the mirrored image is used. `off`: not at all. `sum`: its embedding is added (insightface). `concat`: its
 * embedding is appended (facenet, SphereFace), so that the cosine is that of both views without their cross terms.
 */
export type Flip = (typeof flips)[number];

/** Combines the embeddings of an image's views into one, `[D]` or `[2D]`. */
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
