/** Counts of images per identity. */
export interface IdentityCounts {
  /** Identities with at least one image. */
  identities: number;
  least: number;
  median: number;
  mean: number;
  most: number;
  /** Identities by their number of images, `from` to `to`, both included: 1, 2, 3–4, 5–8 … */
  histogram: { from: number; to: number; identities: number }[];
}

/** Counts images of each label. */
export function countsOf(labels: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** Summarises the result of {@link countsOf}. */
export function describeCounts(counts: ReadonlyMap<number, number>): IdentityCounts {
  const sorted = [...counts.values()].sort((a, b) => a - b);
  const images = sorted.reduce((sum, count) => sum + count, 0);
  const histogram: IdentityCounts['histogram'] = [];
  for (let [from, to] = [1, 1]; from <= (sorted.at(-1) ?? 0); [from, to] = [to + 1, to * 2]) {
    const identities = sorted.filter((count) => count >= from && count <= to).length;
    if (identities > 0) histogram.push({ from, to, identities });
  }
  return {
    identities: sorted.length,
    least: sorted[0] ?? 0,
    median: sorted[sorted.length >> 1] ?? 0,
    mean: images / Math.max(1, sorted.length),
    most: sorted.at(-1) ?? 0,
    histogram,
  };
}
