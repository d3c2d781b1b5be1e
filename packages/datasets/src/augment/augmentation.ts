/**
 * Random changes to training images, as plain data. An absent entry is off; `{}` turns one on with its defaults. They
 * are applied in the order of this list to 8-bit pixels, and each draws from its own stream of (seed, epoch, index of
 * the sample), so that turning one on changes nothing about the others.
 *
 * @example
 * const augment: Augmentation = { flip: {}, colour: { probability: 0.2, brightness: 0.5 } };
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

/** Left and right exchanged. */
export interface FlipOptions {
  /** Default 0.5. */
  probability?: number;
}

/** A random crop after padding (`shiftPixels`), with rotation and scale about the centre; bilinear. */
export interface AffineOptions {
  /** Default 1. */
  probability?: number;
  /** Largest shift along each axis, in whole pixels; uniform. Default 4. */
  shiftPixels?: number;
  /** Largest rotation either way; uniform. Default 0. */
  rotationRadians?: number;
  /** Largest relative change of size `s`: the factor is log-uniform in `[1 / (1 + s), 1 + s]`. Default 0. */
  scale?: number;
  /** What lies outside the image: its edge pixels repeated, or black. Default `edge`. */
  border?: 'edge' | 'black';
}

/**
 * Keeps a random rectangle, whose area is uniform and whose aspect log-uniform, as torchvision's `RandomResizedCrop`
 * draws it; sides longer than the image's are cut.
 */
export interface CropOptions {
  /** Default 0.2. */
  probability?: number;
  /** Smallest share of the image's area. Default 0.2. */
  smallest?: number;
  /** Largest share of the image's area. Default 1. */
  largest?: number;
  /** Largest ratio of the sides, either way. Default 4/3. */
  aspect?: number;
  /** `black` leaves the face in its place and blackens what is outside (AdaFace); `enlarge` fills the image with the rectangle. Default `black`. */
  outside?: 'black' | 'enlarge';
}

/** Shrinks and enlarges again: a face seen from afar (AdaFace, Kim et al. 2022). */
export interface LowResolutionOptions {
  /** Default 0.2. */
  probability?: number;
  /** Smallest factor for the sides; uniform in `[smallest, 1]`. Default 0.25. */
  smallest?: number;
  /**
   * `smooth` shrinks by area averages and enlarges bilinearly; `any` draws one of nearest, linear, area, cubic and Lanczos
   * for each of the two, as AdaFace does. Default `smooth`.
   */
  kernel?: 'smooth' | 'any';
}

/** Gaussian blur, edge pixels repeated. */
export interface BlurOptions {
  /** Default 0.1. */
  probability?: number;
  /** Smallest standard deviation in pixels; uniform. Default 0.1. */
  smallestSigma?: number;
  /** Largest standard deviation in pixels. Default 2. */
  largestSigma?: number;
}

/** Brightness, then contrast about the image's mean luma, then saturation, each by a factor uniform in `[1 - x, 1 + x]`. */
export interface ColorOptions {
  /** Default 1. */
  probability?: number;
  /** Default 0.2. */
  brightness?: number;
  /** Default 0.2. */
  contrast?: number;
  /** Default 0.2. */
  saturation?: number;
}

/** All three channels become luma (Rec. 601). */
export interface GrayscaleOptions {
  /** Default 0.1. */
  probability?: number;
}

/** Compressed as a JPEG with halved chroma, and decoded. */
export interface JpegOptions {
  /** Default 0.2. */
  probability?: number;
  /** Lowest quality, a whole number from 1 to 100; uniform. Default 30. */
  lowestQuality?: number;
  /** Highest quality. Default 95. */
  highestQuality?: number;
}

/** A rectangle is erased: grey (128) or noise, about a uniform centre, cut at the border (DeVries and Taylor 2017; Zhong et al. 2017). */
export interface CutoutOptions {
  /** Default 0.2. */
  probability?: number;
  /** Smallest side as a share of the image's; height and width are drawn apart. Default 0.1. */
  smallest?: number;
  /** Largest side as a share of the image's. Default 0.4. */
  largest?: number;
  /** Default `gray`. */
  fill?: 'gray' | 'noise';
}

/** The paper's and most recipes' only augmentation: half of the images mirrored. */
export const flipOnly: Augmentation = { flip: {} };

/** A mild mixture for small training sets: mirror, shift by 4 pixels, 3° and 5 %, some blur, colour, grey and cutout. */
export const standard: Augmentation = {
  flip: {},
  affine: { rotationRadians: Math.PI / 60, scale: 0.05 },
  lowResolution: { probability: 0.1 },
  color: { probability: 0.5 },
  grayscale: { probability: 0.05 },
  cutout: { probability: 0.1 },
};

/**
 * AdaFace's (Kim et al. 2022, their code): mirror, then crop, low resolution and colour, each for a fifth of the images.
 * Their colour steps come in a random order; ours are always brightness, contrast, saturation.
 */
export const adaFace: Augmentation = {
  flip: {},
  crop: { probability: 0.2, smallest: 0.2, largest: 1, aspect: 4 / 3, outside: 'black' },
  lowResolution: { probability: 0.2, smallest: 0.2, kernel: 'any' },
  color: { probability: 0.2, brightness: 0.5, contrast: 0.5, saturation: 0.5 },
};
