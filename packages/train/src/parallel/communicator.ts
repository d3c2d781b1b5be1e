/** Communication between the ranks of a job. Every rank must make the same calls in the same order. */
export interface Communicator {
  /** Number of this rank, from 0. */
  readonly rank: number;
  /** Number of ranks, N. */
  readonly count: number;
  /** Sums each number over all ranks, in place; the result is the same on every rank. */
  sum(values: Float32Array): void;
  /** Takes the maximum of each number over all ranks, in place. */
  max(values: Int32Array): void;
  /** Returns the bytes that rank `root` passes. */
  broadcast(bytes: Uint8Array, root: number): Uint8Array;
  /** Waits until all ranks have called it, without keeping the processor busy. */
  gather(): Promise<void>;
  /** Ends the processes of all ranks at once. */
  abort(): never;
}

/** Communicator of a process that trains alone: rank 0 of 1. */
export const alone: Communicator = {
  rank: 0,
  count: 1,
  sum: () => undefined,
  max: () => undefined,
  broadcast: (bytes) => bytes,
  gather: async () => undefined,
  abort: () => process.exit(1),
};

/** Returns the value that rank `root` passes; it is sent as JSON. */
export function shareValue<T>(ranks: Communicator, value: T, root = 0): T {
  if (ranks.count === 1) return value;
  const bytes = ranks.rank === root ? new TextEncoder().encode(JSON.stringify(value)) : new Uint8Array();
  return JSON.parse(new TextDecoder().decode(ranks.broadcast(bytes, root)));
}

/** Returns the values of all ranks, in their order. */
export const collectValues = <T>(ranks: Communicator, value: T): T[] =>
  Array.from({ length: ranks.count }, (_, root) => shareValue(ranks, value, root));

/** True if it holds on at least one rank. */
export function anyRank(ranks: Communicator, isSo: boolean): boolean {
  const flag = Int32Array.of(Number(isSo));
  ranks.max(flag);
  return flag[0] === 1;
}

/** For a fault that all ranks see, returns the first rank in whose part it lies, or 0. */
export function culprit(ranks: Communicator, isOwn: boolean): number {
  const places = Int32Array.of(isOwn ? ranks.count - ranks.rank : 0);
  ranks.max(places);
  return places[0] === 0 ? 0 : ranks.count - places[0]!;
}
