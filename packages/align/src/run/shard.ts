import { InvalidArgumentError } from '@hm/tensor/host';

/** One process's part of a folder. */
export interface Shard {
  /** From 0. */
  index: number;
  /** How many parts there are. */
  count: number;
}

/** @throws {InvalidArgumentError} unless it is one of its count. */
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

/** Every `count`th item, so that large folders at one end of the alphabet are shared out. */
export const shardOf = <T>(items: readonly T[], { index, count }: Shard): T[] =>
  items.filter((_, place) => place % count === index);
