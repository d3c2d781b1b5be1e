import type { VerificationPair, VerificationProtocol } from '@hm/datasets';
import {
  checkArguments,
  checkOptions,
  type HostTensor,
  hostTensor,
  InvalidArgumentError,
} from '@hm/tensor/host';
import type { Flip } from '../embedder/flip.ts';
import { groupRates } from '../groups/group-rates.ts';
import { peopleInPairs } from '../groups/people-in-pairs.ts';
import { areaUnderCurve } from '../metrics/area-under-curve.ts';
import { bestThreshold } from '../metrics/best-threshold.ts';
import { type CrossValidation, crossValidate, type FoldedPairs, judgeAt } from '../metrics/cross-validate.ts';
import { equalErrorRate } from '../metrics/equal-error-rate.ts';
import { errorVersusDiscard } from '../metrics/error-versus-discard.ts';
import { standardDeviation } from '../metrics/spread.ts';
import { tarAtFar } from '../metrics/tar-at-far.ts';
import { validationRate } from '../metrics/validation-rate.ts';
import { lengthOf } from '../templates/image-facts.ts';
import { assertScorable } from './assert-scorable.ts';
import { type Distance, pairDistances } from './pair-distances.ts';
import { operatingNotes, pairNotes, rateNotes, thresholdNotes } from './protocol-notes.ts';
import { compareRows, type ProtocolRows, protocolRows } from './protocol-rows.ts';
import { type ScoreOptions, scoreOptions, templateOptions } from './score-options.ts';
import type { PairScore, VerificationResult } from './verification-result.ts';

/** Origin of embeddings, copied to the result. */
export interface EmbeddingSource {
  model: string;
  flip?: Flip | undefined;
  /** Metadata of the model's file. */
  metadata?: Readonly<Record<string, string>> | undefined;
  /** Added to the result's notes. */
  notes?: readonly string[] | undefined;
}

/**
 * Scores existing embeddings, made by any program: a row for each image of the protocol, `[images, D]`.
 *
 * @throws {InvalidArgumentError} if there are no pairs, a pair names a missing image, one kind of pair is missing, a
 * fold is empty, or an embedding has length zero.
 * @throws {NonFiniteError} if a distance is not finite.
 * @example
 * const result = scoreEmbeddings(embeddings, protocol, { model: 'mine.npy' }, { distance: 'cosine' });
 */
export function scoreEmbeddings(
  embeddings: HostTensor<'float32'>,
  protocol: VerificationProtocol,
  source: EmbeddingSource,
  options: ScoreOptions = {},
): VerificationResult {
  checkOptions('scoreEmbeddings', options, scoreOptions);
  checkOptions('scoreEmbeddings templates', options.templates ?? {}, templateOptions);
  checkArguments(
    'scoreEmbeddings',
    { embeddings, protocol },
    { embeddings: { has: ['shape', 'dtype'] }, protocol: { has: ['name', 'images'] } },
  );
  const {
    model,
    flip = 'off',
    metadata,
    notes = [],
  } = checkOptions('scoreEmbeddings source', source, {
    ...{ model: 'string', flip: 'string', metadata: 'object', notes: 'array' },
  });
  assertScorable(protocol, options, embeddings.shape[0]);
  const { distance = 'squared-euclidean', thresholdSearch = 'exact', threshold, center = false } = options;
  const rows = protocolRows(embeddings, protocol, options.templates);
  const scored: FoldedPairs & { distances: Float64Array } = {
    distances: compareRows(rows, protocol.pairs, distance),
    same: protocol.pairs.map(({ same }) => same),
    fold: protocol.pairs.map(({ fold }) => fold),
  };
  const validation = judge(scored, rows, protocol, options);
  const rates = tarAtFar(scored);
  const operating = operatingThreshold(scored, validation, options.fmr);
  return {
    protocol: protocol.name,
    model,
    pairs: protocol.pairs.length,
    accuracy: validation.accuracy,
    standardError: validation.standardError,
    standardDeviation: standardDeviation(validation.folds.map(({ accuracy }) => accuracy)),
    auc: areaUnderCurve(scored),
    eer: equalErrorRate(scored),
    tarAtFar: rates,
    threshold: validation.threshold,
    flip,
    distance,
    thresholdSearch: threshold === undefined ? thresholdSearch : threshold === 'best' ? 'best' : 'given',
    centered: center,
    folds: validation.folds,
    official: protocol.official,
    notes: [
      ...pairNotes(protocol),
      ...notes,
      ...thresholdNotes(threshold),
      ...rateNotes(rates),
      ...operatingNotes(options.fmr, operating),
    ],
    ...(metadata && Object.keys(metadata).length > 0 && { metadata }),
    ...(protocol.templates && { templates: { aggregation: 'mean-embedding', ...options.templates } }),
    ...(thresholdSearch === 'grid' && threshold === undefined && { validationRate: validationRate(scored) }),
    ...groupsOf(protocol, scored, operating),
    ...(options.scores && discardCurve(protocol, embeddings, scored, operating)),
    ...(options.scores && { scores: pairScores(protocol, scored, validation) }),
  };
}

/**
 * Returns the threshold at which groups are compared and low-quality pairs discarded.
 *
 * @throws {InvalidArgumentError} with too few pairs.
 */
function operatingThreshold(scored: FoldedPairs, { threshold }: CrossValidation, fmr?: number): number {
  if (fmr === undefined) return threshold;
  const [found] = fmr > 0 && fmr < 1 ? tarAtFar(scored, [fmr]) : [];
  if (found?.threshold != null) return found.threshold;
  const impostors = scored.same.filter((same) => !same).length;
  throw new InvalidArgumentError({
    where: 'scoreEmbeddings',
    expected: `fmr below 1 that ${impostors} impostor pairs can show: ${(1 / impostors).toPrecision(2)} or more`,
    received: fmr,
    fix: 'Pass a larger rate (--fmr), or more impostor pairs.',
  });
}

function groupsOf(
  protocol: VerificationProtocol,
  scored: FoldedPairs,
  threshold: number,
): Pick<VerificationResult, 'groups'> {
  const { images, pairs, templates } = protocol;
  if (images.every(({ group }) => group === undefined)) return {};
  const groupOf = (index: number) => images[templates ? templates[index]![0]! : index]!.group;
  const inPairs = {
    first: pairs.map(({ first }) => groupOf(first)),
    second: pairs.map(({ second }) => groupOf(second)),
  };
  return { groups: groupRates(scored, peopleInPairs(protocol), inPairs, { threshold }) };
}

/**
 * Computes the error-versus-discard curve. Omitted if all images have the same quality, as with embeddings of unit
 * length.
 */
function discardCurve(
  { images, pairs, templates }: VerificationProtocol,
  { data, shape }: HostTensor<'float32'>,
  scored: FoldedPairs,
  threshold: number,
): Pick<VerificationResult, 'errorVersusDiscard'> {
  const isGiven = images.every(({ quality }) => quality !== undefined && Number.isFinite(quality));
  const size = shape[1]!;
  const qualities = images.map(({ quality }, row) =>
    isGiven ? quality! : lengthOf(data.subarray(row * size, (row + 1) * size)),
  );
  const [least, most] = qualities.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, 0],
  );
  if (most - least <= 1e-4 * most) return {};
  const qualityOf = (index: number) =>
    templates
      ? templates[index]!.reduce((worst, image) => Math.min(worst, qualities[image]!), most)
      : qualities[index]!;
  const ofPairs = pairs.map(({ first, second }) => Math.min(qualityOf(first), qualityOf(second)));
  const points = errorVersusDiscard(scored, ofPairs, { threshold });
  return { errorVersusDiscard: { quality: isGiven ? 'given' : 'norm', threshold, points } };
}

function judge(
  scored: FoldedPairs,
  rows: ProtocolRows,
  { pairs }: VerificationProtocol,
  { distance = 'squared-euclidean', thresholdSearch = 'exact', threshold, center }: ScoreOptions,
): CrossValidation {
  if (threshold === 'best') return judgeAt(scored, bestThreshold(scored, thresholdSearch).threshold);
  if (threshold !== undefined) return judgeAt(scored, threshold);
  const without = center
    ? (fold: number) => centeredDistances(rows.embeddings, pairs, fold, distance)
    : undefined;
  return crossValidate(scored, thresholdSearch, without);
}

function pairScores(
  { images, templates, pairs }: VerificationProtocol,
  { distances }: { distances: Float64Array },
  { folds }: CrossValidation,
): PairScore[] {
  const thresholds = new Map(folds.map(({ fold, threshold }) => [fold, threshold]));
  const nameOf = (index: number) => {
    const template = templates?.[index];
    if (template === undefined) return images[index]!.id;
    return `${images[template[0]!]!.id} (${template.length} images)`;
  };
  return pairs.map(({ first, second, same, fold }, pair) => ({
    first: nameOf(first),
    second: nameOf(second),
    same,
    fold,
    distance: distances[pair]!,
    accepted: distances[pair]! < thresholds.get(fold)!,
  }));
}

/**
 * Computes distances after subtracting the mean embedding of all pairs outside a fold, counting both sides of each
 * pair, as SphereFace's MATLAB code and facenet's `subtract_mean` do.
 */
function centeredDistances(
  { data, shape }: HostTensor<'float32'>,
  pairs: readonly VerificationPair[],
  fold: number,
  distance: Distance,
): Float64Array {
  const size = shape[1]!;
  const mean = new Float64Array(size);
  const others = pairs.filter((pair) => pair.fold !== fold);
  for (const { first, second } of others) {
    for (let k = 0; k < size; k++) mean[k]! += data[first * size + k]! + data[second * size + k]!;
  }
  const centered = data.map((value, k) => value - mean[k % size]! / (2 * others.length));
  return pairDistances(hostTensor('float32', shape, centered), pairs, distance);
}
