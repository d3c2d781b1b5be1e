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
  lowResolution?: LowResolutionOptions;
  colour?: ColourOptions;
  grayscale?: GrayscaleOptions;
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

/** Shrinks by area averaging and enlarges again, bilinear: a face seen from afar (AdaFace, Kim et al. 2022). */
export interface LowResolutionOptions {
  /** Default 0.2. */
  probability?: number;
  /** Smallest factor for the sides; uniform in `[smallest, 1]`. Default 0.25. */
  smallest?: number;
}

/** Brightness, then contrast about the image's mean luma, then saturation, each by a factor uniform in `[1 - x, 1 + x]`. */
export interface ColourOptions {
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

/** A grey rectangle (128) about a uniform centre, cut at the border (DeVries and Taylor 2017). */
export interface CutoutOptions {
  /** Default 0.2. */
  probability?: number;
  /** Smallest side as a share of the image's; height and width are drawn apart. Default 0.1. */
  smallest?: number;
  /** Largest side as a share of the image's. Default 0.4. */
  largest?: number;
}

/** The paper's and most recipes' only augmentation: half of the images mirrored. */
export const flipOnly: Augmentation = { flip: {} };

/** A mild mixture for small training sets: mirror, shift by 4 pixels, 3° and 5 %, some blur, colour, grey and cutout. */
export const standard: Augmentation = {
  flip: {},
  affine: { rotationRadians: Math.PI / 60, scale: 0.05 },
  lowResolution: { probability: 0.1 },
  colour: { probability: 0.5 },
  grayscale: { probability: 0.05 },
  cutout: { probability: 0.1 },
};
