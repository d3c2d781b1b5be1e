import type { RgbImage } from '@hm/images';
import type { Landmarks } from './face.ts';
import { resample } from './resample.ts';
import { type Template, type TemplateName, templates } from './templates.ts';
import { type SimilarityTransform, umeyama } from './umeyama.ts';
import { warp } from './warp.ts';

/**
 * Brings a face into a template: the similarity of {@link umeyama} and a bilinear {@link warp}. A face more
 * than twice the template's size is first averaged down by a whole number, since bilinear reading skips
 * pixels.
 *
 * @returns `template.height` × `template.width` pixels, 0 where the photograph ends.
 * @example
 * const face = chooseFace(await detector.detect(image), image);
 * if (face !== undefined) alignImage(image, face.landmarks, 'arcface-112x112');
 */
export function alignImage(
  image: RgbImage,
  landmarks: Landmarks,
  template: TemplateName | Template = 'arcface-112x112',
): RgbImage {
  const target = typeof template === 'string' ? templates[template] : template;
  const transform = umeyama(landmarks, target.landmarks);
  const ratio = Math.floor(1 / Math.hypot(transform.a, transform.b));
  if (ratio < 2) return warp(image, transform, target);
  return warp(shrink(image, ratio), beforeShrinking(transform, ratio), target);
}

function shrink(image: RgbImage, ratio: number): RgbImage {
  const height = Math.ceil(image.height / ratio);
  const width = Math.ceil(image.width / ratio);
  const data = new Float32Array(height * width * 3);
  const window = { left: 0, top: 0, width: width * ratio, height: height * ratio };
  resample(image, window, { data, offset: 0, rowLength: width * 3, width, height }, true);
  return { pixels: Uint8Array.from(data, Math.round), height, width };
}

/** Centres of shrunk pixels lie at `ratio · x + (ratio - 1) / 2`. */
function beforeShrinking({ a, b, tx, ty }: SimilarityTransform, ratio: number): SimilarityTransform {
  const shift = (ratio - 1) / 2;
  return { a: a * ratio, b: b * ratio, tx: tx + (a - b) * shift, ty: ty + (b + a) * shift };
}
