import type { ImageSource } from './dataset.ts';

/** An image of a protocol; `id` is its path relative to the protocol's root, or a generated name. */
export type ProtocolImage = ImageSource & {
  id: string;
  /** The video or photograph that it is from, where templates hold several of each. */
  media?: string | number;
  /** For example the score of its detection. */
  quality?: number;
  /** Of people who are to be compared, such as an age or where a photograph was taken: errors are told for each. */
  group?: string;
};

/** Two images to compare. */
export interface VerificationPair {
  /** Index into the protocol's `templates` if it has any, else into its `images`. */
  first: number;
  /** Index into the protocol's `templates` if it has any, else into its `images`. */
  second: number;
  /** True if both show one person. */
  same: boolean;
  /** The fold that this pair belongs to, from `[0, folds)`. */
  fold: number;
}

/**
 * A verification protocol as data: images without repetition, pairs of them (or of templates), and the folds they are
 * scored in.
 */
export interface VerificationProtocol {
  name: string;
  images: readonly ProtocolImage[];
  /**
   * Each side of a pair where that is several images of one person, such as the frames of a video: indices into
   * `images`, at least one. The pairs then name templates; how a template's images are joined is the evaluation's choice.
   */
  templates?: readonly (readonly number[])[];
  pairs: readonly VerificationPair[];
  folds: number;
  /** False if a score on these pairs may not be compared with published ones. */
  official: boolean;
  /** Notes about the pairs that a report must include, as whole sentences. */
  notes: readonly string[];
}
