import { checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import type { ScoredPairs } from '../metrics/scored-pairs.ts';
import { type RateEstimate, rateInterval } from '../statistics/rate-interval.ts';
import type { PeopleInPairs } from '../statistics/shared-people.ts';

/** Error rates of one group of people. */
export interface GroupRates {
  group: string;
  /**
   * False match rate: share of accepted pairs among those of two different people of the group; null without such
   * pairs.
   */
  falseMatchRate: RateEstimate | null;
  /** False non-match rate: share of refused pairs among those of one person of the group; null without such pairs. */
  falseNonMatchRate: RateEstimate | null;
}

/** The group with the highest rate, and the ratio of that rate to the geometric mean over all groups. */
export interface WorstGroup {
  group: string;
  ratio: number;
}

/** Error rates of each group at one threshold. */
export interface GroupComparison {
  /** Threshold for all groups: a pair is accepted if its distance is below. */
  threshold: number;
  /** Confidence level of the intervals. */
  confidence: number;
  /** Groups, sorted by name. */
  groups: GroupRates[];
  /** False match rate of pairs of people of two groups; null without such pairs. */
  acrossGroups: RateEstimate | null;
  /** Worst group by false match rate. Null if fewer than two groups have such pairs. */
  worstFalseMatchRate: WorstGroup | null;
  worstFalseNonMatchRate: WorstGroup | null;
}

/** Group of each image of each pair; undefined if it is unknown. */
export interface GroupsInPairs {
  first: readonly (string | undefined)[];
  second: readonly (string | undefined)[];
}

/** Options of {@link groupRates}. */
export interface GroupRatesOptions {
  /** Threshold for all groups: one for each would hide the differences. */
  threshold: number;
  /** Confidence level of the intervals. Default 0.95. */
  confidence?: number | undefined;
}

/**
 * Computes false match and false non-match rates of each group at one threshold, and the ratio of the worst group to
 * the geometric mean of all. Each rate has Wilson's interval, with a variance that takes into account which pairs
 * share a person. A group without errors counts as half an error in the geometric mean, since zero would make every
 * ratio infinite.
 *
 * @throws {InvalidArgumentError} if the lists differ in length, or no pair has a group.
 * @see P. Grother, Demographic differentials in face recognition algorithms, NISTIR 8429; ISO/IEC 19795-10
 * @example
 * const { groups, worstFalseMatchRate } = groupRates({ distances, same }, people, inPairs, { threshold: 1.1 });
 */
export function groupRates(
  scored: ScoredPairs,
  people: PeopleInPairs,
  inPairs: GroupsInPairs,
  options: GroupRatesOptions,
): GroupComparison {
  const { threshold, confidence = 0.95 } = checkOptions('groupRates', options, {
    ...{ threshold: 'number', confidence: 'number' },
  });
  const { distances, same } = scored;
  const { first, second } = inPairs;
  const names = [...new Set([...first, ...second].filter((name) => name !== undefined))].sort();
  if (first.length !== same.length || second.length !== same.length || names.length === 0)
    throw noGroups(same.length, first.length, second.length);
  const rateOf = (genuine: boolean, has: (pair: number) => boolean): RateEstimate | null => {
    const pairs = same.flatMap((value, pair) => (value === genuine && has(pair) ? [pair] : []));
    if (pairs.length === 0) return null;
    const isWrong = pairs.map((pair) => distances[pair]! < threshold !== genuine);
    const those = { first: pairs.map((k) => people.first[k]!), second: pairs.map((k) => people.second[k]!) };
    return rateInterval(isWrong, those, { confidence });
  };
  const groups = names.map((group) => {
    const isWithin = (pair: number) => first[pair] === group && second[pair] === group;
    return {
      ...{ group, falseMatchRate: rateOf(false, isWithin) },
      falseNonMatchRate: rateOf(true, isWithin),
    };
  });
  const isAcross = (pair: number) =>
    first[pair] !== undefined && second[pair] !== undefined && first[pair] !== second[pair];
  return {
    ...{ threshold, confidence, groups, acrossGroups: rateOf(false, isAcross) },
    worstFalseMatchRate: worstOf(groups, 'falseMatchRate'),
    worstFalseNonMatchRate: worstOf(groups, 'falseNonMatchRate'),
  };
}

function worstOf(
  groups: readonly GroupRates[],
  which: 'falseMatchRate' | 'falseNonMatchRate',
): WorstGroup | null {
  const rates = groups.flatMap(({ group, [which]: estimate }) =>
    estimate === null ? [] : [{ group, rate: Math.max(estimate.rate, 0.5 / estimate.pairs) }],
  );
  if (rates.length < 2) return null;
  const worst = rates.reduce((a, b) => (b.rate > a.rate ? b : a));
  const mean = Math.exp(rates.reduce((sum, { rate }) => sum + Math.log(rate), 0) / rates.length);
  return { group: worst.group, ratio: worst.rate / mean };
}

const noGroups = (pairs: number, first: number, second: number) =>
  new InvalidArgumentError({
    where: 'groupRates',
    expected: 'the group of both images of each pair, and at least one group',
    received: `${pairs} pairs, ${first} first and ${second} second groups`,
    fix: 'Pass a name, or undefined, for each image of each pair.',
  });
