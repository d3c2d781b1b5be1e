import type { HostTensor } from '@hm/tensor/host';
import type { Matches } from './gallery-index.ts';

/** Returns empty slots for matches, to be filled by {@link mergeMatches}. */
export const noMatches = (probes: number, top: number): Matches => ({
  top,
  rows: new Int32Array(probes * top).fill(-1),
  similarities: new Float32Array(probes * top).fill(Number.NEGATIVE_INFINITY),
});

/**
 * Merges the matches in a block of the gallery, `[P, k]` best first, into those of earlier blocks. Among equal
 * similarities the earlier row stays first.
 */
export function mergeMatches(
  { top, rows, similarities }: Matches,
  firstProbe: number,
  firstRow: number,
  found: HostTensor,
  places: HostTensor,
): void {
  const [probes, k] = found.shape as [number, number];
  const values = found.data as Float32Array;
  const indices = places.data as BigInt64Array;
  for (let probe = 0; probe < probes; probe++) {
    const start = (firstProbe + probe) * top;
    for (let candidate = 0; candidate < k; candidate++) {
      const value = values[probe * k + candidate]!;
      if (!(value > similarities[start + top - 1]!)) break;
      let place = start + top - 1;
      for (; place > start && similarities[place - 1]! < value; place--) {
        similarities[place] = similarities[place - 1]!;
        rows[place] = rows[place - 1]!;
      }
      similarities[place] = value;
      rows[place] = firstRow + Number(indices[probe * k + candidate]);
    }
  }
}
