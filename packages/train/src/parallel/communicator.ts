/** The ranks of a job, and how to speak with them. Every rank makes the same calls in the same order. */
export interface Communicator {
  /** From 0. */
  readonly rank: number;
  /** N. */
  readonly count: number;
  /** Adds up over all ranks, in place; the result is the same on each. */
  sum(values: Float32Array): void;
  /** The largest of each number over all ranks, in place. */
  max(values: Int32Array): void;
  /** The bytes that rank `root` gives. */
  broadcast(bytes: Uint8Array, root: number): Uint8Array;
  /** Waits until all ranks are here, without keeping the processor busy. */
  gather(): Promise<void>;
  /** Ends the processes of all ranks at once. */
  abort(): never;
}

/** A process that trains by itself: rank 0 of 1. */
export const alone: Communicator = {
  rank: 0,
  count: 1,
  sum: () => undefined,
  max: () => undefined,
  broadcast: (bytes) => bytes,
  gather: async () => undefined,
  abort: () => process.exit(1),
};

/** The value that rank `root` gives, as JSON. */
export function shareValue<T>(ranks: Communicator, value: T, root = 0): T {
  if (ranks.count === 1) return value;
  const bytes = ranks.rank === root ? new TextEncoder().encode(JSON.stringify(value)) : new Uint8Array();
  return JSON.parse(new TextDecoder().decode(ranks.broadcast(bytes, root)));
}

/** Each rank's value, in their order. */
export const collectValues = <T>(ranks: Communicator, value: T): T[] =>
  Array.from({ length: ranks.count }, (_, root) => shareValue(ranks, value, root));

/** True if it holds on at least one rank. */
export function anyRank(ranks: Communicator, isSo: boolean): boolean {
  const flag = Int32Array.of(Number(isSo));
  ranks.max(flag);
  return flag[0] === 1;
}

/** Where all ranks see a fault: the first rank in whose part it lies, or rank 0. */
export function culprit(ranks: Communicator, isOwn: boolean): number {
  const places = Int32Array.of(isOwn ? ranks.count - ranks.rank : 0);
  ranks.max(places);
  return places[0] === 0 ? 0 : ranks.count - places[0]!;
}
