import type { Flip } from '../embedder/flip.ts';
import type { GroupComparison } from '../groups/group-rates.ts';
import type { ThresholdSearch } from '../metrics/best-threshold.ts';
import type { FoldResult } from '../metrics/cross-validate.ts';
import type { DiscardPoint } from '../metrics/error-versus-discard.ts';
import type { TarAtFar } from '../metrics/tar-at-far.ts';
import type { ValidationRate } from '../metrics/validation-rate.ts';
import type { Distance } from './pair-distances.ts';
import type { TemplateOptions } from './score-options.ts';

/** Score of one pair. */
export interface PairScore {
  /** Name of the image in the protocol; for a template the name of its first image and the number of images. */
  first: string;
  second: string;
  same: boolean;
  fold: number;
  distance: number;
  /** True if the distance is below the threshold of its fold. */
  accepted: boolean;
}

/** An error-versus-discard curve. */
export interface ErrorVersusDiscard {
  /** Source of the qualities: the protocol (`given`), or the length of each embedding (`norm`). */
  quality: 'given' | 'norm';
  /** A pair is accepted if its distance is below. */
  threshold: number;
  points: DiscardPoint[];
}

/** Result of a model on a protocol. */
export interface VerificationResult {
  /** The protocol's name. */
  protocol: string;
  /** The model's name. */
  model: string;
  /** Number of pairs. */
  pairs: number;
  /** Mean over the folds, from 0 to 1. */
  accuracy: number;
  /**
   * Standard error of that mean: `σ̂ / √folds`, σ̂ with `folds - 1`; for a single fold the binomial
   * `√(p(1 - p) / pairs)`.
   */
  standardError: number;
  /** Standard deviation over the folds, `np.std`, which insightface and facenet print after the `±`. */
  standardDeviation: number;
  auc: number;
  eer: number;
  tarAtFar: TarAtFar[];
  /** Mean of the folds' thresholds; a pair is accepted if its distance is below. */
  threshold: number;
  flip: Flip;
  distance: Distance;
  /**
   * Origin of the threshold: a search, `given` if it came from elsewhere, or `best` if it was chosen on these same
   * pairs.
   */
  thresholdSearch: ThresholdSearch | 'given' | 'best';
  /** True if the mean embedding of the other folds was subtracted. */
  centered: boolean;
  folds: FoldResult[];
  /** False if the score may not be compared with published ones. */
  official: boolean;
  /** Notes to print with the score, as whole sentences. */
  notes: string[];
  /** Description of the training in the model's file, if there is one. */
  metadata?: Readonly<Record<string, string>>;
  /** How the images of a template were combined, if pairs are of templates. */
  templates?: TemplateOptions;
  /** `VAL@FAR=1e-3` of insightface and facenet, if their grid was used. */
  validationRate?: ValidationRate;
  /**
   * Error rates of each group at one threshold, that of the accuracy or of `fmr`, if the protocol's images have
   * groups.
   */
  groups?: GroupComparison;
  /** How the errors at that threshold fall as pairs of low quality are discarded, if `scores` was requested. */
  errorVersusDiscard?: ErrorVersusDiscard;
  /** Score of every pair, in the protocol's order, if `scores` was requested. */
  scores?: PairScore[];
}
