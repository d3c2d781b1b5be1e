import { checkArguments, checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import type { ScoredPairs } from './scored-pairs.ts';

/** Error rates once the pairs of the lowest quality are discarded. */
export interface DiscardPoint {
  /** Share of the genuine pairs, and of the impostor pairs, that is discarded, lowest quality first. */
  discarded: number;
  /** Share of the remaining genuine pairs that is refused at the threshold. */
  falseNonMatchRate: number;
  /** Share of the remaining impostor pairs that is accepted at the threshold. */
  falseMatchRate: number;
}

/** Discarded shares, from 0 to 0.9. */
const SHARES = Array.from({ length: 19 }, (_, k) => k / 20);

/**
 * Computes the error-versus-discard curve: how the errors at one threshold fall as pairs of low quality are
 * discarded. If the quality says nothing about the errors, the rates stay the same.
 *
 * @param quality Quality of the worse image of each pair, `[pairs]`.
 * @throws {InvalidArgumentError} if the lists differ in length, a quality is not finite, or one kind of pair is missing.
 * @see P. Grother, E. Tabassi, Performance of biometric quality measures, 2007; ISO/IEC 29794-1
 * @example
 * const curve = errorVersusDiscard({ distances, same }, quality, { threshold: 1.1 });
 */
export function errorVersusDiscard(
  pairs: ScoredPairs,
  quality: ArrayLike<number>,
  options: { threshold: number },
): DiscardPoint[] {
  const { threshold } = checkOptions('errorVersusDiscard', options, { threshold: 'number' });
  checkArguments(
    'errorVersusDiscard',
    { pairs, quality, threshold },
    { pairs: { has: ['distances', 'same'] }, quality: 'array', threshold: 'number' },
  );
  const { distances, same } = pairs;
  const byQuality = [true, false].map((kind) =>
    same
      .flatMap((value, pair) => (value === kind ? [pair] : []))
      .sort((a, b) => quality[a]! - quality[b]! || a - b),
  );
  const [genuine, impostor] = byQuality as [number[], number[]];
  const isComplete = quality.length === same.length && Array.from(quality).every(Number.isFinite);
  if (!isComplete || genuine.length === 0 || impostor.length === 0)
    throw incomplete(same.length, quality.length);
  const rateOf = (pairs: readonly number[], discarded: number, isWrong: (distance: number) => boolean) => {
    const left = pairs.slice(Math.floor(discarded * pairs.length));
    return left.filter((pair) => isWrong(distances[pair]!)).length / left.length;
  };
  return SHARES.map((discarded) => ({
    discarded,
    falseNonMatchRate: rateOf(genuine, discarded, (distance) => distance >= threshold),
    falseMatchRate: rateOf(impostor, discarded, (distance) => distance < threshold),
  }));
}

const incomplete = (pairs: number, qualities: number) =>
  new InvalidArgumentError({
    where: 'errorVersusDiscard',
    expected: 'genuine and impostor pairs, and a finite quality for each',
    received: `${pairs} pairs and ${qualities} qualities`,
    fix: 'Pass the lesser quality of the two images of each pair.',
  });
