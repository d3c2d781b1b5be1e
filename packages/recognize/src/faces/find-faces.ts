import { alignImage, type Detector, detectWithBorder, type Face, type Template } from '@hm/align/browser';
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

/** In larger photographs, averaged down by a whole number, faces are looked for; they are cut out of the photograph itself. */
const MAX_SIDE = 1280;

/** Finds and aligns every face; boxes and landmarks are in the photograph's own pixels. */
export async function findFaces(
  detector: Detector,
  photograph: RgbImage,
  template: Template,
  border: number,
): Promise<FoundFaces> {
  const ratio = Math.ceil(Math.max(photograph.width, photograph.height) / MAX_SIDE);
  const image = ratio > 1 ? shrink(photograph, ratio) : photograph;
  const { faces } = await detectWithBorder(detector, image, border);
  const found = faces.map((face) => {
    const { box, landmarks } = enlarged(face, ratio);
    const aligned = alignImage(photograph, landmarks, template);
    return { box, landmarks, score: face.score, quality: qualityOf(landmarks, aligned), aligned };
  });
  return { width: photograph.width, height: photograph.height, faces: found };
}

/** Means of `ratio` × `ratio` pixels; what is left over at the right and below is dropped. */
function shrink({ pixels, width: from, height: rows }: RgbImage, ratio: number): RgbImage {
  const width = Math.max(1, Math.floor(from / ratio));
  const height = Math.max(1, Math.floor(rows / ratio));
  const [across, down] = [Math.min(ratio, from), Math.min(ratio, rows)];
  const shrunk = new Uint8Array(width * height * 3);
  const sums = new Uint32Array(width * 3);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let row = y * ratio; row < y * ratio + down; row++) {
      let source = row * from * 3;
      for (let x = 0; x < width; x++, source += (ratio - across) * 3) {
        for (let k = 0; k < across; k++) {
          sums[3 * x]! += pixels[source++]!;
          sums[3 * x + 1]! += pixels[source++]!;
          sums[3 * x + 2]! += pixels[source++]!;
        }
      }
    }
    for (let k = 0; k < sums.length; k++) shrunk[y * width * 3 + k] = Math.round(sums[k]! / (across * down));
  }
  return { pixels: shrunk, width, height };
}

/** Centers of shrunk pixels lie at `ratio · x + (ratio - 1) / 2`. */
function enlarged({ box, landmarks }: Face, ratio: number): Pick<Face, 'box' | 'landmarks'> {
  const grow = (value: number) => ratio * value + (ratio - 1) / 2;
  return {
    box: box.map(grow) as unknown as Face['box'],
    landmarks: landmarks.map((point) => point.map(grow)) as unknown as Face['landmarks'],
  };
}
