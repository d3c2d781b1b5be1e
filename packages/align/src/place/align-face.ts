import type { RgbImage, Window } from '@hm/images/browser';
import { checkArguments } from '@hm/tensor/host';
import type { Face } from '../detect/face.ts';
import { alignImage } from './align-image.ts';
import { averageWindow } from './average-window.ts';
import { type Template, type TemplateName, templates } from './templates.ts';

/**
 * Aligns a detected face to a template. A template without a margin uses the five points, as {@link alignImage} does.
 * A template with a margin uses the box: it is widened by the margin, clipped to whole pixels and to the photograph,
 * and resampled upright, without keeping its aspect ratio.
 *
 * @returns An image of `template.height` × `template.width` pixels.
 * @example
 * const [face] = await detector.detect(image);
 * alignFace(image, face, 'facenet-160x160');
 */
export function alignFace(
  image: RgbImage,
  face: Pick<Face, 'box' | 'landmarks'>,
  template: TemplateName | Template = 'arcface-112x112',
): RgbImage {
  checkArguments(
    'alignFace',
    { image, face },
    { image: { has: ['pixels', 'height'] }, face: { has: ['box', 'landmarks'] } },
  );
  const target = typeof template === 'string' ? templates[template] : template;
  const { height, width, margin } = target;
  if (margin === undefined) return alignImage(image, face.landmarks, target);
  const [left, right] = widened(face.box[0], face.box[2], margin / (width - margin), image.width);
  const [top, bottom] = widened(face.box[1], face.box[3], margin / (height - margin), image.height);
  const cut = cutOut(image, { left, top, width: right - left, height: bottom - top });
  return averageWindow(cut, { left: 0, top: 0, width: cut.width, height: cut.height }, target);
}

/** Copies the box out of the image, so that pixels beside it are not mixed into its border. */
function cutOut({ pixels, width: all }: RgbImage, { left, top, width, height }: Window): RgbImage {
  const own = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * all + left) * 3;
    own.set(pixels.subarray(start, start + width * 3), y * width * 3);
  }
  return { pixels: own, height, width };
}

/** Widens an interval by `share` of its length, to whole pixels within `[0, most]`. */
function widened(from: number, to: number, share: number, most: number): [number, number] {
  const more = (share * (to - from)) / 2;
  const start = Math.min(Math.floor(Math.max(from - more, 0)), most - 1);
  return [start, Math.max(Math.floor(Math.min(to + more, most)), start + 1)];
}
