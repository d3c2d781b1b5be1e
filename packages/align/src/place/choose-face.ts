import { checkArguments } from '@hm/tensor/host';
import type { Face } from '../detect/face.ts';

/** Rules for choosing the subject among several faces. */
export type FacePreference = 'largest' | 'center' | 'highest-score';

/**
 * Chooses the subject among the faces of one photograph.
 *
 * - `largest` (the default) is InsightFace's rule, the greatest `area - 2·d²` with d the distance from the image's
 *   centre: large, unless far from the centre.
 * - `center` is SphereFace's, the nearest to the centre, for photographs cropped around their subject.
 * - `highest-score` trusts the detector.
 *
 * @returns The face, or `undefined` if there is none. Of equal faces the first is taken.
 * @example
 * const face = chooseFace(await detector.detect(image), image);
 */
export function chooseFace(
  faces: readonly Face[],
  image: { height: number; width: number; prefer?: FacePreference },
): Face | undefined {
  checkArguments('chooseFace', { faces, image }, { faces: 'array', image: { has: ['height', 'width'] } });
  const { height, width, prefer = 'largest' } = image;
  checkArguments('chooseFace', { prefer }, { prefer: { oneOf: Object.keys(merits) } });
  const merit = merits[prefer];
  let best: Face | undefined;
  for (const face of faces) {
    if (best === undefined || merit(face, height, width) > merit(best, height, width)) best = face;
  }
  return best;
}

const squaredOffset = ({ box: [left, top, right, bottom] }: Face, height: number, width: number): number =>
  ((left + right) / 2 - (width - 1) / 2) ** 2 + ((top + bottom) / 2 - (height - 1) / 2) ** 2;

const area = ({ box: [left, top, right, bottom] }: Face): number => (right - left) * (bottom - top);

const merits: Record<FacePreference, (face: Face, height: number, width: number) => number> = {
  largest: (face, height, width) => area(face) - 2 * squaredOffset(face, height, width),
  center: (face, height, width) => -squaredOffset(face, height, width),
  'highest-score': ({ score }) => score,
};
