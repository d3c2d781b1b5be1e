import { type RgbImage, shrinkPixels } from '@hm/images/browser';
import { InvalidArgumentError, type OptionKinds } from '@hm/tensor/host';
import type { Networks } from '../networks/network-runner.ts';
import type { Face } from './face.ts';
import { propose } from './propose.ts';
import { finish, refine } from './refine.ts';
import { enlargeFace, SMALLEST_FACE, searchRatio } from './search-size.ts';

/** Options for detecting faces. */
export interface DetectionOptions {
  /**
   * Side in pixels of the smallest face to detect. Default 20, multiplied by the factor by which a photograph above 2
   * megapixels is reduced for the search. A given size applies to every photograph.
   */
  minFaceSize?: number;
  /** Ratio of each pyramid level to the previous one. Default 0.709, that is √½. */
  factor?: number;
  /** Minimum probability in P-, R- and O-Net. Default 0.6, 0.7, 0.7. */
  thresholds?: readonly [number, number, number];
}

/** Finds faces in photographs. */
export interface Detector {
  /**
   * Returns the faces, best first, or an empty list. Coordinates are the image's pixels.
   *
   * @param reducedBy How many times smaller the image is than the photograph to which `minFaceSize` applies. Default 1.
   */
  detect(image: RgbImage, reducedBy?: number): Promise<Face[]>;
  /** Frees the networks' memory. */
  release(): Promise<void>;
}

const defaults: Required<DetectionOptions> = {
  minFaceSize: SMALLEST_FACE,
  factor: 0.709,
  thresholds: [0.6, 0.7, 0.7],
};

/** Creates a detector from loaded networks. */
export function detectorOf(networks: Networks, options: DetectionOptions = {}): Detector {
  const { factor, thresholds } = { ...defaults, ...options };
  assertDetectionOptions(options);
  return {
    async detect(whole, reducedBy = 1) {
      assertImage(whole);
      const smallest = smallestFace(options.minFaceSize, reducedBy);
      const ratio = searchRatio(whole, smallest);
      const image = shrinkPixels(whole, ratio);
      const minFaceSize = (smallest ?? SMALLEST_FACE * ratio) / ratio;
      const proposals = await propose(networks, image, { minFaceSize, factor, threshold: thresholds[0] });
      const refined = await refine(networks, image, proposals, thresholds[1]);
      const faces = await finish(networks, image, refined, thresholds[2]);
      return ratio === 1 ? faces : faces.map((face) => enlargeFace(face, ratio));
    },
    release: () => networks.release(),
  };
}

/** Returns the given size in a reduced photograph, where it still has the pixels that the search needs. */
const smallestFace = (given: number | undefined, reducedBy: number): number | undefined =>
  given && Math.max(given / reducedBy, Math.min(given, SMALLEST_FACE));

/** Types of the members of {@link DetectionOptions}. */
export const detectionOptions: OptionKinds<DetectionOptions> = {
  ...{ minFaceSize: 'number', factor: 'number', thresholds: 'array' },
};

/** @throws {InvalidArgumentError} if an option is out of range. */
export function assertDetectionOptions(options: DetectionOptions): void {
  const { minFaceSize, factor, thresholds } = { ...defaults, ...options };
  const fault = (expected: string, received: unknown, fix: string) =>
    new InvalidArgumentError({ where: 'loadMtcnn', expected, received, fix });
  if (!(minFaceSize >= 1)) throw fault('minFaceSize of at least 1', minFaceSize, 'Pass pixels, such as 20.');
  if (!(factor > 0 && factor < 1)) throw fault('a factor between 0 and 1', factor, 'Pass 0.709.');
  if (thresholds.length !== 3 || !thresholds.every((threshold) => threshold >= 0 && threshold < 1)) {
    throw fault('three thresholds in [0, 1)', thresholds, 'Pass [0.6, 0.7, 0.7].');
  }
}

function assertImage({ pixels, height, width }: RgbImage): void {
  if (height > 0 && width > 0 && pixels.length === height * width * 3) return;
  throw new InvalidArgumentError({
    where: 'Detector.detect',
    expected: `${height}×${width}×3 bytes of RGB`,
    received: pixels.length,
    fix: 'Pass what decodeImage returns, or pixels without an alpha channel.',
  });
}
