import { checkArguments } from '@hm/tensor/host';

/** True positive identification rate at one false positive identification rate. */
export interface TpirAtFpir {
  /** The requested rate of false alarms, among probes whose person is not in the gallery. */
  fpir: number;
  /**
   * Share of mated probes whose own person is first and more similar than the threshold. Null if there are too few
   * probes to resolve `fpir`.
   */
  tpir: number | null;
  /** A match counts if its similarity is above this. */
  threshold: number | null;
  /** Number of probes of absent people with a match above the threshold. */
  falseAlarms: number | null;
  mated: number;
  nonMated: number;
}

/**
 * Returns for each requested rate the best TPIR whose measured FPIR is not above it, without interpolation.
 *
 * @param mates Similarity of the best match of each probe whose person is in the gallery, if the match is this
 * person, else `-Infinity`.
 * @param alarms Similarity of the best match of each probe whose person is not in the gallery.
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
