import type { VerificationPair, VerificationProtocol } from '@hm/datasets';
import { InvalidArgumentError } from '@hm/tensor/host';
import { assertOneOf } from './assert-one-of.ts';
import type { Embedder, EmbedOptions } from './embedder.ts';
import type { Flip } from './flip.ts';
import { areaUnderCurve } from './metrics/area-under-curve.ts';
import { type ThresholdSearch, thresholdSearches } from './metrics/best-threshold.ts';
import { crossValidate, type FoldResult, foldSizes } from './metrics/cross-validate.ts';
import { assertBothKinds } from './metrics/curve.ts';
import { equalErrorRate } from './metrics/equal-error-rate.ts';
import { type TarAtFar, tarAtFar } from './metrics/tar-at-far.ts';
import { type Distance, distanceKinds, pairDistances } from './pair-distances.ts';
import { assertPairs, pairNotes, rateNotes, sizeNotes } from './protocol-notes.ts';

/** How a protocol is scored. */
export interface VerifyOptions extends EmbedOptions {
  /** Default `squared-euclidean`. */
  distance?: Distance | undefined;
  /** Default `exact`. */
  thresholdSearch?: ThresholdSearch | undefined;
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
  /** Of that mean: `σ̂ / √folds`, σ̂ with `folds - 1`. */
  standardError: number;
  auc: number;
  eer: number;
  tarAtFar: TarAtFar[];
  /** Mean of the folds' thresholds; a pair is accepted if its distance is below. */
  threshold: number;
  flip: Flip;
  distance: Distance;
  folds: FoldResult[];
  /** False if the score may not be compared with published ones. */
  official: boolean;
  /** What must be said beside the score, as whole sentences. */
  notes: string[];
}

/**
 * Scores a model on a verification protocol such as LFW's View 2: embeds each image that a pair names once,
 * compares the pairs, and judges each fold by the threshold of the others.
 *
 * @throws {InvalidArgumentError} if there are no pairs, a pair without image, one kind of pair, or an empty fold.
 * @throws {InvalidDataError} if an image is missing or cannot be decoded.
 * @throws {NonFiniteError} if an embedding is not finite.
 * @example
 * const { accuracy, standardError } = await verify(embedder, await lfwPairs('lfw-112x112'), { flip: 'sum' });
 */
export async function verify(
  embedder: Embedder,
  protocol: VerificationProtocol,
  options: VerifyOptions = {},
): Promise<VerificationResult> {
  const { flip = 'off', distance = 'squared-euclidean', thresholdSearch = 'exact', onProgress } = options;
  assertScorable(protocol, distance, thresholdSearch);
  const { images, pairs } = distinctImages(protocol);
  const resized = await sizeNotes(images[0]!, embedder.preprocessing);
  const embeddings = await embedder.embed(images, { flip, onProgress });
  const scored = {
    distances: pairDistances(embeddings, pairs, distance),
    same: pairs.map(({ same }) => same),
    fold: pairs.map(({ fold }) => fold),
  };
  const rates = tarAtFar(scored);
  const { accuracy, standardError, threshold, folds } = crossValidate(scored, thresholdSearch);
  return {
    protocol: protocol.name,
    model: embedder.name,
    pairs: pairs.length,
    accuracy,
    standardError,
    auc: areaUnderCurve(scored),
    eer: equalErrorRate(scored),
    tarAtFar: rates,
    threshold,
    flip,
    distance,
    folds,
    official: protocol.official,
    notes: [...pairNotes(protocol), ...resized, ...rateNotes(rates)],
  };
}

/** The images that pairs name, each file once, and the pairs with indices into them. */
function distinctImages({ images, pairs }: VerificationProtocol) {
  const rows = new Map<string | number, number>();
  const used: number[] = [];
  const rowOf = (index: number) => {
    const image = images[index]!;
    const key = 'path' in image ? image.path : index;
    if (!rows.has(key)) rows.set(key, used.push(index) - 1);
    return rows.get(key)!;
  };
  const compared = pairs.map(
    (pair): VerificationPair => ({ ...pair, first: rowOf(pair.first), second: rowOf(pair.second) }),
  );
  return { images: used.map((index) => images[index]!), pairs: compared };
}

/** Finds every fault of the call before the images are embedded, which takes minutes. */
function assertScorable(protocol: VerificationProtocol, distance: Distance, search: ThresholdSearch): void {
  assertOneOf('verify', 'distance', distance, distanceKinds);
  assertOneOf('verify', 'thresholdSearch', search, thresholdSearches);
  assertPairs(protocol);
  const same = protocol.pairs.map((pair) => pair.same);
  assertBothKinds(same);
  foldSizes({ same, fold: protocol.pairs.map(({ fold }) => fold) });
  if (search === 'exact' || distance === 'squared-euclidean') return;
  throw new InvalidArgumentError({
    where: 'verify',
    expected: 'distance "squared-euclidean" with thresholdSearch "grid", whose thresholds go from 0 to 4',
    received: distance,
    fix: 'Use thresholdSearch "exact", or the squared Euclidean distance.',
  });
}
