import type { ImageSource } from './dataset.ts';

/** An image of a protocol; `id` is its path relative to the protocol's root, or a generated name. */
export type ProtocolImage = ImageSource & {
  id: string;
  /** Video or photograph that the image comes from, if templates hold several images of each. */
  media?: string | number;
  /** Quality of the image, such as its detection score. */
  quality?: number;
  /** Group for which errors are reported, such as an age or where a photograph was taken. */
  group?: string;
};

/** Two images to compare. */
export interface VerificationPair {
  /** Index into the protocol's `templates` if it has any, else into its `images`. */
  first: number;
  /** Index into the protocol's `templates` if it has any, else into its `images`. */
  second: number;
  /** True if both show the same person. */
  same: boolean;
  /** Fold of this pair, from `[0, folds)`. */
  fold: number;
}

/**
 * A verification protocol as data: images without duplicates, pairs of them (or of templates), and the folds they are
 * scored in.
 */
export interface VerificationProtocol {
  name: string;
  images: readonly ProtocolImage[];
  /**
   * Templates, if a side of a pair is several images of one person, such as the frames of a video. Each is a list of at
   * least one index into `images`. The pairs then refer to templates; how a template's images are combined is up to the
   * evaluation.
   */
  templates?: readonly (readonly number[])[];
  pairs: readonly VerificationPair[];
  folds: number;
  /** False if a score on these pairs must not be compared with published ones. */
  official: boolean;
  /** Notes about the pairs that a report must include, as whole sentences. */
  notes: readonly string[];
}
