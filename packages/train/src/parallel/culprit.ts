import type { Communicator } from './communicator.ts';

/** Where all ranks see a fault: the first rank in whose part it lies, or rank 0. */
export function culprit(ranks: Communicator, isOwn: boolean): number {
  const places = Int32Array.of(isOwn ? ranks.count - ranks.rank : 0);
  ranks.max(places);
  return places[0] === 0 ? 0 : ranks.count - places[0]!;
}
