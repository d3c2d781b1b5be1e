import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inOrder } from './in-order.ts';

test('at most so many at a time, in their order, and as many as are asked for', async () => {
  let [running, most] = [0, 0];
  const task = async (item: number) => {
    most = Math.max(most, ++running);
    await delay(10 - item);
    running--;
    return item;
  };
  const results: number[] = [];
  for await (const result of inOrder([1, 2, 3, 4, 5, 6], 3, task)) results.push(result);
  expect([results, most]).toEqual([[1, 2, 3, 4, 5, 6], 3]);
  const started: number[] = [];
  const start = async (item: number) => started.push(item);
  for await (const result of inOrder([1, 2, 3, 4, 5, 6], 2, start)) if (result === 2) break;
  expect(started).toEqual([1, 2, 3]);
});

test('a later failure is heard while an earlier task is at work, and nothing is started after it', async () => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => unheard.push(reason);
  process.on('unhandledRejection', hear);
  const ended: number[] = [];
  const task = async (item: number) => {
    if (item === 2) throw new Error('two');
    await delay(30);
    ended.push(item);
    return item;
  };
  const results: number[] = [];
  const read = async () => {
    for await (const result of inOrder([1, 2, 3, 4, 5, 6], 3, task)) results.push(result);
  };
  await expect(read()).rejects.toThrow('two');
  await delay(5);
  process.off('unhandledRejection', hear);
  expect([unheard, results, ended]).toEqual([[], [1], [1, 3, 4]]);
});
test('gives results in order, whatever finishes first', async () => {
  const results: number[] = [];
  const map = async (item: number) => {
    await delay(item % 3);
    return item * item;
  };
  for await (const result of inOrder([...Array(20).keys()], 6, map)) results.push(result);
  expect(results).toEqual([...Array(20).keys()].map((k) => k * k));
});

test('runs ahead of the consumer, but never further than it may', async () => {
  const started: number[] = [];
  const results = inOrder([...Array(10).keys()], 4, async (item) => started.push(item));
  await results.next();
  expect(started).toEqual([0, 1, 2, 3]);
  await results.next();
  expect(started).toEqual([0, 1, 2, 3, 4]);
  await results.return(undefined);
  expect(started).toHaveLength(5);
});

test('the first failure in order is thrown, and a later one is not unhandled', async () => {
  const map = async (item: number) => {
    if (item === 2) await delay(5);
    if (item >= 2) throw new RangeError(`item ${item}`);
    return item;
  };
  const results: number[] = [];
  const consume = async () => {
    for await (const result of inOrder([...Array(10).keys()], 5, map)) results.push(result);
  };
  await expect(consume()).rejects.toThrow('item 2');
  expect(results).toEqual([0, 1]);
});
