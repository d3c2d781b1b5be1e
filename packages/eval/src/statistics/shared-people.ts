import { InvalidArgumentError } from '@hm/tensor/host';

/** People in each pair, by number. A genuine pair has the same person twice. */
export interface PeopleInPairs {
  /** Person in the first image of each pair, `[pairs]`. */
  first: ArrayLike<number>;
  /** Person in the second image of each pair, `[pairs]`. */
  second: ArrayLike<number>;
}

/**
 * Computes the variance of a sum of one term per pair, each zero on average, if two pairs depend on each other when
 * they share a person. It is the sum of all products of such terms, including each with itself. In linear time, with
 * `S_i` the sum of the terms of person i and `T_ij` that of persons i and j, it is `Σ S_i² − Σ_{i<j} T_ij²`. With few
 * people that can come out too low, even negative. Then it is `Σ T_ij²`, as if only pairs of the same two persons
 * depended on each other.
 *
 * @see P. Aronow, C. Samii, V. Assenova, Cluster-robust variance estimation for dyadic data, 2015
 * @see R. Fogliato, P. Patil, P. Perona, Confidence intervals for error rates in 1:1 matching tasks, IJCV 2024
 */
export function varianceOverPeople(terms: ArrayLike<number>, { first, second }: PeopleInPairs): number {
  assertPeople(terms.length, first.length, second.length);
  const ofPerson = new Map<number, number>();
  const ofTwo = new Map<number, number>();
  const ofOne = new Map<number, number>();
  const add = (sums: Map<number, number>, key: number, term: number) =>
    sums.set(key, (sums.get(key) ?? 0) + term);
  for (let pair = 0; pair < terms.length; pair++) {
    const [a, b, term] = [first[pair]!, second[pair]!, terms[pair]!];
    add(ofPerson, a, term);
    if (a === b) add(ofOne, a, term);
    else {
      add(ofPerson, b, term);
      add(ofTwo, Math.min(a, b) * MOST_PEOPLE + Math.max(a, b), term);
    }
  }
  const squares = (sums: Map<number, number>) => [...sums.values()].reduce((sum, one) => sum + one * one, 0);
  const blocks = squares(ofTwo) + squares(ofOne);
  const all = squares(ofPerson) - squares(ofTwo);
  // A person's contributions to genuine and to impostor pairs may cancel, so a sum below the blocks' is known to be
  // too low only if all pairs are of one kind.
  const isMixed = ofTwo.size > 0 && ofOne.size > 0;
  return isMixed && all > 0 ? all : Math.max(all, blocks);
}

/** Returns the number of people in the pairs. */
export const countPeople = ({ first, second }: PeopleInPairs): number =>
  new Set([...Array.from(first), ...Array.from(second)]).size;

/**
 * Returns the number of people who carry the variance, `(Σ S_i²)² / Σ S_i⁴`: all of them if each contributes equally,
 * few if errors are rare or fall on few people. The variance is only as certain as an estimate from that many
 * squares.
 */
export function carryingPeople(terms: ArrayLike<number>, { first, second }: PeopleInPairs): number {
  const sums = new Map<number, number>();
  const add = (person: number, term: number) => sums.set(person, (sums.get(person) ?? 0) + term);
  for (let pair = 0; pair < terms.length; pair++) {
    add(first[pair]!, terms[pair]!);
    if (first[pair] !== second[pair]) add(second[pair]!, terms[pair]!);
  }
  const squares = [...sums.values()].map((sum) => sum * sum);
  const total = squares.reduce((sum, one) => sum + one, 0);
  return total === 0 ? sums.size : total ** 2 / squares.reduce((sum, one) => sum + one * one, 0);
}

/** Upper bound of the numbers of people. */
const MOST_PEOPLE = 2 ** 26;

function assertPeople(pairs: number, first: number, second: number): void {
  if (pairs > 0 && first === pairs && second === pairs) return;
  throw new InvalidArgumentError({
    where: 'people of pairs',
    expected: 'two persons for each pair, and at least one pair',
    received: `${pairs} pairs, ${first} first and ${second} second persons`,
    fix: 'Pass the number of the person in each image of each pair.',
  });
}
