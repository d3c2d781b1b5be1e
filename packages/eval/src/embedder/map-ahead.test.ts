import { expect, test } from 'vitest';
import { mapAhead } from './map-ahead.ts';

const later = (turns: number) => new Promise<void>((resolve) => setTimeout(resolve, turns));

test('gives results in order, whatever finishes first', async () => {
  const results: number[] = [];
  const map = async (item: number) => {
    await later(item % 3);
    return item * item;
  };
  for await (const result of mapAhead([...Array(20).keys()], 6, map)) results.push(result);
  expect(results).toEqual([...Array(20).keys()].map((k) => k * k));
});

test('runs ahead of the consumer, but never further than it may', async () => {
  const started: number[] = [];
  const results = mapAhead([...Array(10).keys()], 4, async (item) => started.push(item));
  await results.next();
  expect(started).toEqual([0, 1, 2, 3]);
  await results.next();
  expect(started).toEqual([0, 1, 2, 3, 4]);
  await results.return();
  expect(started).toHaveLength(5);
});

test('the first failure in order is thrown, and a later one is not unhandled', async () => {
  const map = async (item: number) => {
    if (item === 2) await later(5);
    if (item >= 2) throw new RangeError(`item ${item}`);
    return item;
  };
  const results: number[] = [];
  const consume = async () => {
    for await (const result of mapAhead([...Array(10).keys()], 5, map)) results.push(result);
  };
  await expect(consume()).rejects.toThrow('item 2');
  expect(results).toEqual([0, 1]);
});
