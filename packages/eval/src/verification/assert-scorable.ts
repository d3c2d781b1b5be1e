import type { VerificationProtocol } from '@hm/datasets';
import { InvalidArgumentError } from '@hm/tensor/host';
import { assertOneOf } from '../assert-one-of.ts';
import { thresholdSearches } from '../metrics/best-threshold.ts';
import { foldSizes } from '../metrics/cross-validate.ts';
import { assertBothKinds } from '../metrics/curve.ts';
import { pairwiseKinds } from '../templates/template-distances.ts';
import { distanceKinds } from './pair-distances.ts';
import { assertPairs } from './protocol-notes.ts';
import type { ScoreOptions } from './score-options.ts';

/** Checks all arguments before the images are embedded, which takes minutes. */
export function assertScorable(
  protocol: VerificationProtocol,
  options: ScoreOptions,
  rows = protocol.images.length,
): void {
  const { distance = 'squared-euclidean', thresholdSearch = 'exact', threshold, center, templates } = options;
  const aggregation = templates?.aggregation ?? 'mean-embedding';
  assertOneOf('verify', 'distance', distance, distanceKinds);
  assertOneOf('verify', 'thresholdSearch', thresholdSearch, thresholdSearches);
  assertOneOf('verify', 'templates.aggregation', aggregation, ['mean-embedding', ...pairwiseKinds]);
  assertPairs(protocol);
  if (rows !== protocol.images.length) {
    throw invalid(
      `an embedding for each of ${protocol.images.length} images`,
      `${rows} rows`,
      'Embed the images of the protocol.',
    );
  }
  if (center && (threshold !== undefined || (protocol.templates && aggregation !== 'mean-embedding'))) {
    throw invalid(
      'center with thresholds from other folds and one embedding a template',
      'another combination',
      'Leave center out.',
    );
  }
  const same = protocol.pairs.map((pair) => pair.same);
  assertBothKinds(same);
  if (threshold === undefined) assertFolds(protocol, same);
  else if (threshold !== 'best' && !Number.isFinite(threshold)) {
    throw invalid('a finite threshold, or "best"', threshold, 'Pass the threshold that was found elsewhere.');
  }
  assertGrid(distance, thresholdSearch);
}

function assertFolds({ folds, pairs, name }: VerificationProtocol, same: boolean[]): void {
  if (folds === 1) {
    throw invalid(
      `at least two folds, or a threshold for ${name}`,
      'one fold and no threshold',
      'Pass `threshold` (--threshold), found on other pairs, or "best" for the optimistic one of these pairs.',
    );
  }
  foldSizes({ same, fold: pairs.map(({ fold }) => fold) });
}

function assertGrid(distance: string, search: string): void {
  const wanted = search === 'grid' ? 'squared-euclidean' : 'cosine';
  const fits = search === 'grid' ? distance !== 'cosine' : search === 'exact' || distance === 'cosine';
  if (fits) return;
  throw invalid(
    `distance "${wanted}" with thresholdSearch "${search}", whose thresholds are made for it`,
    distance,
    `Use thresholdSearch "exact", or the distance "${wanted}".`,
  );
}

const invalid = (expected: string, received: unknown, fix: string) =>
  new InvalidArgumentError({ where: 'verify', expected, received, fix });
