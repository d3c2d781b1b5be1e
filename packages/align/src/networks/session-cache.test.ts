import { beforeEach, describe, expect, it } from 'vitest';
import { SessionCache } from './session-cache.ts';

let made: string[];
let released: string[];
let cache: SessionCache<{ key: string; release(): Promise<void> }>;
beforeEach(() => {
  [made, released] = [[], []];
  cache = new SessionCache(10);
});

const make = (key: string) => async () => {
  made.push(key);
  return { key, release: async () => void released.push(key) };
};
const use = (key: string, weight: number, task = async () => {}) => cache.use(key, weight, make(key), task);

describe('SessionCache', () => {
  it('makes a value once and releases those used longest ago when they weigh too much', async () => {
    await use('a', 4);
    await use('b', 4);
    await use('a', 4);
    await use('c', 4);
    expect(made).toEqual(['a', 'b', 'c']);
    expect(released).toEqual(['b']);
    await use('heavy', 11);
    expect(released).toEqual(['b', 'a', 'c', 'heavy']);
  });

  it('releases nothing that is in use', async () => {
    let finish: () => void = () => {};
    const using = use('a', 8, () => new Promise((resolve) => (finish = resolve)));
    await use('b', 8);
    expect(released).toEqual(['b']);
    finish();
    await using;
    await use('c', 8);
    expect(released).toEqual(['b', 'a']);
    await cache.clear();
    expect(released).toEqual(['b', 'a', 'c']);
  });

  it('tries again what could not be made', async () => {
    await expect(
      cache.use(
        'a',
        1,
        () => Promise.reject(new TypeError('no')),
        async () => {},
      ),
    ).rejects.toThrow('no');
    await use('a', 1);
    expect(made).toEqual(['a']);
  });
});
