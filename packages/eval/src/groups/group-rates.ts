import { checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import type { ScoredPairs } from '../metrics/scored-pairs.ts';
import { type RateEstimate, rateInterval } from '../statistics/rate-interval.ts';
import type { PeopleInPairs } from '../statistics/shared-people.ts';

/** The errors of one group of people. */
export interface GroupRates {
  group: string;
  /** Of pairs of different people who are both of the group: the share that is accepted (FMR); null without such pairs. */
  falseMatchRate: RateEstimate | null;
  /** Of pairs of one person of the group: the share that is refused (FNMR); null without such pairs. */
  falseNonMatchRate: RateEstimate | null;
}

/** The group with the highest rate, and that rate over the geometric mean of all groups'. */
export interface WorstGroup {
  group: string;
  ratio: number;
}

/** The errors of each group at one threshold. */
export interface GroupComparison {
  /** A pair is accepted if its distance is below, whoever is in it. */
  threshold: number;
  /** Of the intervals. */
  confidence: number;
  /** In the order of their names. */
  groups: GroupRates[];
  /** Of pairs of people of two groups; null without such pairs. */
  acrossGroups: RateEstimate | null;
  /** Null with fewer than two groups that have such pairs. */
  worstFalseMatchRate: WorstGroup | null;
  worstFalseNonMatchRate: WorstGroup | null;
}

/** The group of each image of each pair; undefined where it is not known. */
export interface GroupsInPairs {
  first: readonly (string | undefined)[];
  second: readonly (string | undefined)[];
}

/** At which threshold groups are compared. */
export interface GroupRatesOptions {
  /** One for all groups: a threshold for each would hide what differs. */
  threshold: number;
  /** Default 0.95. */
  confidence?: number | undefined;
}

/**
 * False match and false non-match rates of each group at one threshold, with Wilson's interval by a variance that knows which
 * pairs share a person, and the worst group against the geometric mean of all. A group without an error counts there as
 * having half of one, as zero would make every ratio infinite.
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
