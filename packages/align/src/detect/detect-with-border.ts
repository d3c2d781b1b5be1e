import { type RgbImage, shrinkPixels } from '@hm/images/browser';
import { checkArguments } from '@hm/tensor/host';
import type { Detector } from './detector.ts';
import type { Face, Point } from './face.ts';
import { enlargeFace, searchRatio } from './search-size.ts';

/** Detected faces, with a flag that is true if they were found only after a border was added. */
export interface BorderedDetection {
  faces: Face[];
  bordered: boolean;
}

/**
 * Detects faces. If there are none and `border` is above 0, searches once more with the edge pixels repeated on all
 * sides by `border` times the shorter side: an image cropped tightly around a face has no room for the detector's
 * squares. Coordinates are those of the original image.
 */
export async function detectWithBorder(
  detector: Detector,
  image: RgbImage,
  border: number,
): Promise<BorderedDetection> {
  checkArguments(
    'detectWithBorder',
    { detector, image, border },
    { detector: { has: ['detect', 'release'] }, image: { has: ['pixels', 'height'] }, border: 'number' },
  );
  const faces = await detector.detect(image);
  // A face that needs a border is large in the image, so a reduced image is enough.
  const ratio = searchRatio(image);
  const small = faces.length > 0 ? image : shrinkPixels(image, ratio);
  const margin = Math.round(border * Math.min(small.height, small.width));
  if (faces.length > 0 || margin === 0) return { faces, bordered: false };
  const found = await detector.detect(addBorder(small, margin), ratio);
  const inPicture = (face: Face) => enlargeFace(shift(face, -margin), ratio);
  return { faces: found.map(inPicture), bordered: found.length > 0 };
}

/** Repeats the edge pixels `margin` times on every side. */
export function addBorder(image: RgbImage, margin: number): RgbImage {
  const height = image.height + 2 * margin;
  const width = image.width + 2 * margin;
  const pixels = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    const row = clamp(y - margin, image.height) * image.width;
    for (let x = 0; x < width; x++) {
      const from = (row + clamp(x - margin, image.width)) * 3;
      pixels.set(image.pixels.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { pixels, height, width };
}

const clamp = (value: number, size: number): number => Math.min(Math.max(value, 0), size - 1);

function shift({ box: [left, top, right, bottom], score, landmarks }: Face, by: number): Face {
  const move = ([x, y]: Point): Point => [x + by, y + by];
  const [leftEye, rightEye, nose, leftMouth, rightMouth] = landmarks;
  return {
    box: [left + by, top + by, right + by, bottom + by],
    score,
    landmarks: [move(leftEye), move(rightEye), move(nose), move(leftMouth), move(rightMouth)],
  };
}
