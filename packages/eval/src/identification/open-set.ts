import { checkArguments } from '@hm/tensor/host';

/** True positive identification rate at one false positive identification rate. */
export interface TpirAtFpir {
  /** The rate of false alarms asked for, among probes whose person is not in the gallery. */
  fpir: number;
  /** Probes identified: their own person is first, and more similar than the threshold. Null where `fpir` is finer than the probes allow. */
  tpir: number | null;
  /** A match counts if its similarity is above this. */
  threshold: number | null;
  /** Probes of absent people with a match above the threshold. */
  falseAlarms: number | null;
  mated: number;
  nonMated: number;
}

/**
 * The best TPIR whose measured FPIR is not above each rate asked for; nothing is interpolated.
 *
 * @param mates Of each probe whose person is in the gallery: the similarity of its best match if that is this person,
 * else `-Infinity`.
 * @param alarms The similarity of the best match of each probe whose person is not in the gallery.
 * @see Grother, Ngan, Hanaoka, NISTIR 8271
 */
export function tpirAtFpir(
  mates: Float32Array,
  alarms: Float32Array,
  rates: readonly number[],
): TpirAtFpir[] {
  checkArguments('tpirAtFpir', { mates, alarms, rates }, { mates: 'array', alarms: 'array', rates: 'array' });
  const descending = alarms.toSorted((a, b) => b - a);
  const counts = { mated: mates.length, nonMated: alarms.length };
  return rates.map((fpir) => {
    const allowed = Math.floor(fpir * alarms.length * (1 + 4 * Number.EPSILON));
    if (allowed === 0) return { fpir, tpir: null, threshold: null, falseAlarms: null, ...counts };
    const threshold = descending[allowed] ?? Number.NEGATIVE_INFINITY;
    const above = (values: Float32Array) => values.reduce((sum, value) => sum + Number(value > threshold), 0);
    const tpir = mates.length === 0 ? 0 : above(mates) / mates.length;
    return { fpir, tpir, threshold, falseAlarms: above(alarms), ...counts };
  });
}
