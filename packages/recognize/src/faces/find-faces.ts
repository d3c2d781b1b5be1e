import { alignFace, type Detector, detectWithBorder, type Face, type Template } from '@hm/align/browser';
import type { RgbImage } from '@hm/images/browser';
import { type ImageQuality, qualityOf } from './quality.ts';

/** A face in a photograph, before it is embedded. */
export interface FoundFace extends Face {
  quality: ImageQuality;
  /** The face in the network's template. */
  aligned: RgbImage;
}

/** A photograph's faces, best first, and its size. */
export interface FoundFaces {
  width: number;
  height: number;
  faces: FoundFace[];
}

/**
 * Finds and aligns every face; boxes and landmarks are in the photograph's own pixels. How much smaller a large photograph
 * is searched is the detector's rule, in Node and in a page; faces are cut out of the photograph itself.
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
