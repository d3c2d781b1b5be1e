import { Rng } from '@hm/tensor/host';
import type { DecodedImage } from '../decode-image.ts';
import { adjustColours, toGrayscale } from './colour.ts';
import { cutOut } from './cut-out.ts';
import { lowerResolution } from './lower-resolution.ts';
import { mirror } from './mirror.ts';
import type { ResolvedAugmentation } from './resolve-augmentation.ts';
import { warpAffine } from './warp-affine.ts';

/** What names a sample's random draws. */
export interface SampleStream {
  seed: number;
  epoch: number;
  /** Of the sample in its data set. */
  index: number;
}

type Step<Options> = (image: DecodedImage, options: Options, rng: Rng) => DecodedImage;
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
  lowResolution: (image, { smallest }, rng) => lowerResolution(image, rng.uniform(smallest, 1)),
  colour: (image, { brightness, contrast, saturation }, rng) => {
    const factor = (range: number) => rng.uniform(1 - range, 1 + range);
    return adjustColours(image, {
      brightness: factor(brightness),
      contrast: factor(contrast),
      saturation: factor(saturation),
    });
  },
  grayscale: toGrayscale,
  cutout: (image, { smallest, largest }, rng) =>
    cutOut(image, {
      height: rng.uniform(smallest, largest),
      width: rng.uniform(smallest, largest),
      centre: [rng.uniform(), rng.uniform()],
    }),
};

/** Applies an augmentation; the image that is passed may be overwritten. */
export function augmentImage(
  image: DecodedImage,
  augmentation: ResolvedAugmentation,
  { seed, epoch, index }: SampleStream,
): DecodedImage {
  let result = image;
  for (const name of Object.keys(steps) as (keyof Steps)[]) {
    const options = augmentation[name];
    if (!options) continue;
    const rng = Rng.of(seed, 'augment', epoch, index, name);
    if (rng.chance(options.probability)) result = (steps[name] as Step<typeof options>)(result, options, rng);
  }
  return result;
}
