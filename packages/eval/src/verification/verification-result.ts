import type { Flip } from '../embedder/flip.ts';
import type { GroupComparison } from '../groups/group-rates.ts';
import type { ThresholdSearch } from '../metrics/best-threshold.ts';
import type { FoldResult } from '../metrics/cross-validate.ts';
import type { DiscardPoint } from '../metrics/error-versus-discard.ts';
import type { TarAtFar } from '../metrics/tar-at-far.ts';
import type { ValidationRate } from '../metrics/validation-rate.ts';
import type { Distance } from './pair-distances.ts';
import type { TemplateOptions } from './score-options.ts';

/** One pair's score. */
export interface PairScore {
  /** Name of the image in the protocol; of a template the first image, and how many there are. */
  first: string;
  second: string;
  same: boolean;
  fold: number;
  distance: number;
  /** By its fold's threshold. */
  accepted: boolean;
}

/** An error-versus-discard curve. */
export interface ErrorVersusDiscard {
  /** Of each image what the protocol says (`given`), or else how long its embedding is (`norm`). */
  quality: 'given' | 'norm';
  /** A pair is accepted if its distance is below. */
  threshold: number;
  points: DiscardPoint[];
}

/** A model's score on a protocol. */
export interface VerificationResult {
  /** The protocol's name. */
  protocol: string;
  /** The model's name. */
  model: string;
  /** Number of pairs. */
  pairs: number;
  /** Mean over the folds, from 0 to 1. */
  accuracy: number;
  /** Of that mean: `σ̂ / √folds`, σ̂ with `folds - 1`; of a single fold the binomial `√(p(1 - p) / pairs)`. */
  standardError: number;
  /** `np.std` over the folds, which insightface and facenet print after the `±`. */
  standardDeviation: number;
  auc: number;
  eer: number;
  tarAtFar: TarAtFar[];
  /** Mean of the folds' thresholds; a pair is accepted if its distance is below. */
  threshold: number;
  flip: Flip;
  distance: Distance;
  /** Origin of the threshold: `given` if it came from elsewhere, `best` if from these same pairs. */
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
  /** How the images of a template were joined, where pairs are of templates. */
  templates?: TemplateOptions;
  /** insightface's and facenet's `VAL@FAR=1e-3`, where their grid was used. */
  validationRate?: ValidationRate;
  /** The errors of each group at one threshold, that of the accuracy or of `fmr`, where the protocol's images have groups. */
  groups?: GroupComparison;
  /** How the errors at that threshold fall as pairs of low quality are discarded, where `scores` was asked for. */
  errorVersusDiscard?: ErrorVersusDiscard;
  /** Every pair, in the protocol's order, where `scores` was asked for. */
  scores?: PairScore[];
}
