/**
 * Random changes to training images, as plain data. An absent entry is off; `{}` turns a step on with its defaults.
 * Steps run on 8-bit pixels in the order of this list. Each draws from its own random stream, seeded by (seed, epoch,
 * sample index), so turning one on does not change the others.
 *
 * @example
 * const augment: Augmentation = { flip: {}, color: { probability: 0.2, brightness: 0.5 } };
 */
export interface Augmentation {
  flip?: FlipOptions;
  affine?: AffineOptions;
  crop?: CropOptions;
  lowResolution?: LowResolutionOptions;
  blur?: BlurOptions;
  color?: ColorOptions;
  grayscale?: GrayscaleOptions;
  jpeg?: JpegOptions;
  cutout?: CutoutOptions;
}

/** Mirrors the image left to right. */
export interface FlipOptions {
  /** Probability of the step. Default 0.5. */
  probability?: number;
}

/** Random shift (a random crop after padding), rotation and scale about the centre, sampled bilinearly. */
export interface AffineOptions {
  /** Probability of the step. Default 1. */
  probability?: number;
  /** Largest shift along each axis, in whole pixels; uniform. Default 4. */
  shiftPixels?: number;
  /** Largest rotation either way; uniform. Default 0. */
  rotationRadians?: number;
  /** Largest relative change of size `s`: the factor is log-uniform in `[1 / (1 + s), 1 + s]`. Default 0. */
  scale?: number;
  /** Fill for pixels from outside the image: repeated edge pixels or black. Default `edge`. */
  border?: 'edge' | 'black';
}

/**
 * Keeps a random rectangle of uniform area and log-uniform aspect ratio, like torchvision's `RandomResizedCrop`. Sides
 * longer than the image's are cut to fit.
 */
export interface CropOptions {
  /** Probability of the step. Default 0.2. */
  probability?: number;
  /** Smallest share of the image's area. Default 0.2. */
  smallest?: number;
  /** Largest share of the image's area. Default 1. */
  largest?: number;
  /** Largest ratio of the sides, either way. Default 4/3. */
  aspect?: number;
  /**
   * `black` leaves the face where it is and blackens everything outside the rectangle (AdaFace). `enlarge` scales the
   * rectangle up to the whole image. Default `black`.
   */
  outside?: 'black' | 'enlarge';
}

/** Shrinks the image and enlarges it again, like a face seen from afar (AdaFace, Kim et al. 2022). */
export interface LowResolutionOptions {
  /** Probability of the step. Default 0.2. */
  probability?: number;
  /** Smallest factor for the sides; uniform in `[smallest, 1]`. Default 0.25. */
  smallest?: number;
  /**
   * `smooth` shrinks by area averages and enlarges bilinearly. `any` picks nearest, linear, area, cubic or Lanczos at
   * random for each of the two, as AdaFace does. Default `smooth`.
   */
  kernel?: 'smooth' | 'any';
}

/** Gaussian blur with repeated edge pixels. */
export interface BlurOptions {
  /** Probability of the step. Default 0.1. */
  probability?: number;
  /** Smallest standard deviation in pixels; uniform. Default 0.1. */
  smallestSigma?: number;
  /** Largest standard deviation in pixels. Default 2. */
  largestSigma?: number;
}

/**
 * Changes brightness, then contrast about the image's mean luma, then saturation, each by a factor uniform in
 * `[1 - x, 1 + x]`.
 */
export interface ColorOptions {
  /** Probability of the step. Default 1. */
  probability?: number;
  /** Range `x` of the brightness factor. Default 0.2. */
  brightness?: number;
  /** Range `x` of the contrast factor. Default 0.2. */
  contrast?: number;
  /** Range `x` of the saturation factor. Default 0.2. */
  saturation?: number;
}

/** Replaces all three channels by luma (Rec. 601). */
export interface GrayscaleOptions {
  /** Probability of the step. Default 0.1. */
  probability?: number;
}

/** Compresses the image as a JPEG with halved chroma and decodes it again. */
export interface JpegOptions {
  /** Probability of the step. Default 0.2. */
  probability?: number;
  /** Lowest quality, a whole number from 1 to 100; uniform. Default 30. */
  lowestQuality?: number;
  /** Highest quality. Default 95. */
  highestQuality?: number;
}

/**
 * Erases a rectangle with grey (128) or noise. Its centre is uniform over the image, and it is clipped at the border
 * (DeVries and Taylor 2017; Zhong et al. 2017).
 */
export interface CutoutOptions {
  /** Probability of the step. Default 0.2. */
  probability?: number;
  /** Smallest side as a share of the image's; height and width are drawn independently. Default 0.1. */
  smallest?: number;
  /** Largest side as a share of the image's. Default 0.4. */
  largest?: number;
  /** Fill of the rectangle. Default `gray`. */
  fill?: 'gray' | 'noise';
}

/** Mirrors half of the images, the only augmentation of the paper and of most recipes. */
export const flipOnly: Augmentation = { flip: {} };

/**
 * A mild mixture for small training sets: mirror, shifts of up to 4 pixels, rotations of up to 3°, scaling of up to
 * 5 %, and for some images low resolution, colour, grey and cutout.
 */
export const standard: Augmentation = {
  flip: {},
  affine: { rotationRadians: Math.PI / 60, scale: 0.05 },
  lowResolution: { probability: 0.1 },
  color: { probability: 0.5 },
  grayscale: { probability: 0.05 },
  cutout: { probability: 0.1 },
};

/**
 * AdaFace's augmentation (Kim et al. 2022, their code): mirror, then crop, low resolution and colour, each for a fifth
 * of the images. Their colour steps run in random order; ours always run as brightness, contrast, saturation.
 */
export const adaFace: Augmentation = {
  flip: {},
  crop: { probability: 0.2, smallest: 0.2, largest: 1, aspect: 4 / 3, outside: 'black' },
  lowResolution: { probability: 0.2, smallest: 0.2, kernel: 'any' },
  color: { probability: 0.2, brightness: 0.5, contrast: 0.5, saturation: 0.5 },
};
