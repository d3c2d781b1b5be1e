import { alignFace, type Detector, detectWithBorder, type Face, type Template } from '@hm/align/browser';
import type { RgbImage } from '@hm/images/browser';
import { type ImageQuality, qualityOf } from './quality.ts';

/** A face in a photograph, before it is embedded. */
export interface FoundFace extends Face {
  quality: ImageQuality;
  /** The face, aligned to the network's template. */
  aligned: RgbImage;
}

/** Faces of a photograph, best first, and the photograph's size. */
export interface FoundFaces {
  width: number;
  height: number;
  faces: FoundFace[];
}

/**
 * Finds and aligns every face. Boxes and landmarks are in the photograph's own pixels. The detector decides by how
 * much a large photograph is reduced for the search, the same in Node and in browsers. Faces are cropped from the
 * full photograph.
 */
export async function findFaces(
  detector: Detector,
  photograph: RgbImage,
  template: Template,
  border: number,
): Promise<FoundFaces> {
  const { faces } = await detectWithBorder(detector, photograph, border);
  const found = faces.map(({ box, landmarks, score }) => {
    const aligned = alignFace(photograph, { box, landmarks }, template);
    return { box, landmarks, score, quality: qualityOf(landmarks, aligned), aligned };
  });
  return { width: photograph.width, height: photograph.height, faces: found };
}
