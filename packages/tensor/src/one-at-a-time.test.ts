import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

it('runs tasks in the order of the calls, and goes on after one that fails', async () => {
  const inTurn = oneAtATime();
  const seen: string[] = [];
  const task = (name: string, milliseconds: number) => async () => {
    seen.push(`${name} begins`);
    await delay(milliseconds);
    seen.push(`${name} ends`);
    if (name === 'b') throw new Error('failed');
    return name;
  };
  const results = [inTurn(task('a', 20)), inTurn(task('b', 5)), inTurn(task('c', 0)), inTurn(() => 'd')];
  expect(await Promise.allSettled(results)).toMatchObject([
    { value: 'a' },
    { reason: { message: 'failed' } },
    { value: 'c' },
    { value: 'd' },
  ]);
  expect(seen).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});
