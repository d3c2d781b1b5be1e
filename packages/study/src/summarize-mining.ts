import type { StudyRow } from './rows.ts';

/** Effect of an epoch's samples on an arm under a condition, averaged over its seeds. */
export interface MiningSummary {
  condition: string;
  arm: string;
  epoch: number;
  /** Share of samples whose gate was less than half open; only with hard mining. */
  easyShare?: number;
  /** Mean factor of hard mining. */
  meanGate?: number;
  /** `[10]`, shares of the gradient that come from samples, by the probability of their own class, hardest first. */
  pullShares?: readonly number[];
  /** Pull of a mislabeled sample relative to that of another; only if some are known to be mislabeled. */
  mislabeledPull?: number;
}

/** Summarises the first, middle and last epoch of every arm under every condition, from rows with hardness. */
export function summarizeMining(rows: readonly StudyRow[], arms: readonly string[]): MiningSummary[] {
  const conditions = [...new Set(rows.map(({ condition }) => condition))];
  return conditions.flatMap((condition) =>
    arms.flatMap((arm) => {
      const own = rows.filter((row) => row.condition === condition && row.arm === arm);
      const last = Math.min(...own.map(({ hardness = [] }) => hardness.length));
      if (own.length === 0 || last === 0) return [];
      const epochs = [...new Set([1, Math.ceil(last / 2), last])];
      return epochs.map((epoch) => ({
        ...{ condition, arm, epoch },
        ...meansOf(own.map(({ hardness }) => digest(hardness![epoch - 1]!))),
      }));
    }),
  );
}

type Readings = NonNullable<StudyRow['hardness']>[number];
type Digest = Pick<MiningSummary, 'easyShare' | 'meanGate' | 'mislabeledPull' | 'pullShares'>;

function digest({ easyShare, meanGate, pull, groups }: Readings): Digest {
  const whole = sum(pull ?? []);
  const pulls = groups?.map(({ samples, pull }) => (samples === 0 ? 0 : sum(pull) / samples));
  return {
    ...(easyShare !== undefined && { easyShare }),
    ...(meanGate !== undefined && { meanGate }),
    ...(whole > 0 && {
      pullShares: Array.from({ length: 10 }, (_, k) => (pull[2 * k]! + pull[2 * k + 1]!) / whole),
    }),
    ...(pulls?.length === 2 && pulls[0]! > 0 && { mislabeledPull: pulls[1]! / pulls[0]! }),
  };
}

function meansOf(digests: readonly Digest[]): Digest {
  const mean = (name: 'easyShare' | 'meanGate' | 'mislabeledPull') => {
    const known = digests.flatMap((digest) => digest[name] ?? []);
    return known.length > 0 && { [name]: sum(known) / known.length };
  };
  const shares = digests.flatMap(({ pullShares }) => (pullShares ? [pullShares] : []));
  return {
    ...mean('easyShare'),
    ...mean('meanGate'),
    ...mean('mislabeledPull'),
    ...(shares.length > 0 && {
      pullShares: shares[0]!.map((_, k) => sum(shares.map((own) => own[k]!)) / shares.length),
    }),
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
