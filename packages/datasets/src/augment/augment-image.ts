import type { RgbImage } from '@hm/images';
import { Rng } from '@hm/tensor/host';
import { recompress } from '#recompress';
import type { CropOptions } from './augmentation.ts';
import { adjustColors, toGrayscale } from './color.ts';
import { mirror } from './mirror.ts';
import { blackenOutside, type CropRectangle, cutOut, enlarge } from './rectangles.ts';
import { blur, lowerResolution } from './resample.ts';
import type { ResolvedAugmentation } from './resolve-augmentation.ts';
import { kernels } from './taps.ts';
import { warpAffine } from './warp-affine.ts';

/** Keys from which a sample's random streams are derived. */
export interface SampleStream {
  seed: number;
  epoch: number;
  /** Index of the sample in its data set. */
  index: number;
}

type Step<Options> = (image: RgbImage, options: Options, rng: Rng) => RgbImage | Promise<RgbImage>;
type Steps = { [Name in keyof ResolvedAugmentation]-?: Step<NonNullable<ResolvedAugmentation[Name]>> };

const steps: Steps = {
  flip: mirror,
  affine: (image, { shiftPixels, rotationRadians, scale, border }, rng) => {
    const shift = () => rng.integer(2 * shiftPixels + 1) - shiftPixels;
    const across = shift();
    const down = shift();
    const angleRadians = rng.uniform(-rotationRadians, rotationRadians);
    const factor = Math.exp(rng.uniform(-1, 1) * Math.log1p(scale));
    return warpAffine(image, { across, down, angleRadians, factor }, border);
  },
  crop: (image, options, rng) => {
    const rectangle = drawCrop(image, options, rng);
    return options.outside === 'black' ? blackenOutside(image, rectangle) : enlarge(image, rectangle);
  },
  lowResolution: (image, { smallest, kernel }, rng) => {
    const factor = rng.uniform(smallest, 1);
    return kernel === 'smooth'
      ? lowerResolution(image, factor, 'area', 'linear')
      : lowerResolution(image, factor, rng.pick(kernels), rng.pick(kernels));
  },
  blur: (image, { smallestSigma, largestSigma }, rng) =>
    blur(image, rng.uniform(smallestSigma, largestSigma)),
  color: (image, { brightness, contrast, saturation }, rng) => {
    const factor = (range: number) => rng.uniform(1 - range, 1 + range);
    return adjustColors(image, {
      brightness: factor(brightness),
      contrast: factor(contrast),
      saturation: factor(saturation),
    });
  },
  grayscale: toGrayscale,
  jpeg: (image, { lowestQuality, highestQuality }, rng) =>
    recompress(image, lowestQuality + rng.integer(highestQuality - lowestQuality + 1)),
  cutout: (image, { smallest, largest, fill }, rng) => {
    const height = rng.uniform(smallest, largest);
    const width = rng.uniform(smallest, largest);
    const center = [rng.uniform(), rng.uniform()] as const;
    return cutOut(image, { height, width, center }, fill === 'noise' ? rng : undefined);
  },
};

/**
 * Stream names that differ from the step's name. Renaming a stream would change its random numbers and existing runs.
 */
const STREAMS: Partial<Record<keyof Steps, string>> = { color: 'colour' };

/** Applies an augmentation. May overwrite the image passed in. */
export async function augmentImage(
  image: RgbImage,
  augmentation: ResolvedAugmentation,
  { seed, epoch, index }: SampleStream,
): Promise<RgbImage> {
  let result = image;
  for (const name of Object.keys(steps) as (keyof Steps)[]) {
    const options = augmentation[name];
    if (!options) continue;
    const rng = Rng.of(seed, 'augment', epoch, index, STREAMS[name] ?? name);
    if (rng.chance(options.probability)) {
      result = await (steps[name] as Step<typeof options>)(result, options, rng);
    }
  }
  return result;
}

/** Draws the rectangle that a crop keeps. */
export function drawCrop(
  { height, width }: RgbImage,
  { smallest, largest, aspect }: Required<CropOptions>,
  rng: Rng,
): CropRectangle {
  const area = height * width * rng.uniform(smallest, largest);
  const ratio = Math.exp(rng.uniform(-1, 1) * Math.log(aspect));
  const side = (length: number, most: number) => Math.min(most, Math.max(1, Math.round(length)));
  const [across, down] = [side(Math.sqrt(area * ratio), width), side(Math.sqrt(area / ratio), height)];
  const left = rng.integer(width - across + 1);
  const top = rng.integer(height - down + 1);
  return { top, left, height: down, width: across };
}
