import { type RgbImage, shrinkPixels } from '@hm/images/browser';
import { checkArguments } from '@hm/tensor/host';
import type { Landmarks } from '../detect/face.ts';
import { type Template, type TemplateName, templates } from './templates.ts';
import { type SimilarityTransform, umeyama } from './umeyama.ts';
import { warp } from './warp.ts';

/**
 * Aligns a face to a template, with the similarity of {@link umeyama} and a bilinear {@link warp}. A face more than
 * twice the template's size is first averaged down by a whole number, because bilinear sampling skips pixels.
 *
 * @returns An image of `template.height` × `template.width` pixels, 0 beyond the border of the photograph.
 * @example
 * const face = chooseFace(await detector.detect(image), image);
 * if (face !== undefined) alignImage(image, face.landmarks, 'arcface-112x112');
 */
export function alignImage(
  image: RgbImage,
  landmarks: Landmarks,
  template: TemplateName | Template = 'arcface-112x112',
): RgbImage {
  checkArguments(
    'alignImage',
    { image, landmarks },
    { image: { has: ['pixels', 'height'] }, landmarks: 'array' },
  );
  const target = typeof template === 'string' ? templates[template] : template;
  const transform = umeyama(landmarks, target.landmarks);
  const ratio = Math.floor(1 / Math.hypot(transform.a, transform.b));
  if (ratio < 2) return warp(image, transform, target);
  return warp(shrinkPixels(image, ratio), beforeShrinking(transform, ratio), target);
}

/**
 * Converts a transform of the original image to one of the shrunk image, whose pixel centres are at
 * `ratio · x + (ratio - 1) / 2`.
 */
function beforeShrinking({ a, b, tx, ty }: SimilarityTransform, ratio: number): SimilarityTransform {
  const shift = (ratio - 1) / 2;
  return { a: a * ratio, b: b * ratio, tx: tx + (a - b) * shift, ty: ty + (b + a) * shift };
}
