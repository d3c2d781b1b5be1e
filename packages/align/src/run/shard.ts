import { InvalidArgumentError } from '@hm/tensor/host';

/** Part of a folder that one process aligns. */
export interface Shard {
  /** Number of this part, from 0. */
  index: number;
  /** Number of parts. */
  count: number;
}

/** @throws {InvalidArgumentError} unless `0 ≤ index < count`. */
export function assertShard({ index, count }: Shard): void {
  if (Number.isSafeInteger(count) && count >= 1 && Number.isInteger(index) && index >= 0 && index < count)
    return;
  throw new InvalidArgumentError({
    where: 'alignFolder',
    expected: 'a shard with 0 ≤ index < count',
    received: { index, count },
    fix: 'Number the processes from 0, and tell each how many there are.',
  });
}

/** Returns every `count`th item, so that large folders at one end of the alphabet are shared out. */
export const shardOf = <T>(items: readonly T[], { index, count }: Shard): T[] =>
  items.filter((_, place) => place % count === index);
