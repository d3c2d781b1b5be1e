import { describe, expect, it } from 'vitest';
import { Rng } from './rng.ts';

/** xoroshiro128+ (24, 16, 37) in 64-bit arithmetic, its low 32 bits: written from the algorithm's definition. */
function* xoroshiro([high0, low0, high1, low1]: readonly number[]): Generator<number> {
  const mask = 2n ** 64n - 1n;
  const word = (high: number, low: number) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (64n - k))) & mask;
  let [s0, s1] = [word(high0!, low0!), word(high1!, low1!)];
  for (;;) {
    yield Number((s0 + s1) & 0xffffffffn);
    const t = s1 ^ s0;
    [s0, s1] = [rotate(s0, 24n) ^ t ^ ((t << 16n) & mask), rotate(t, 37n)];
  }
}

/** 53 bits: 26 of one word, 27 of the next. */
function* uniforms(state: readonly number[]): Generator<number> {
  const words = xoroshiro(state);
  for (;;) yield ((words.next().value & 0x3ffffff) * 2 ** 27 + (words.next().value & 0x7ffffff)) / 2 ** 53;
}

describe('Rng', () => {
  it('is xoroshiro128+', () => {
    const rng = Rng.of(7, 'shuffle', 3);
    const expected = uniforms(rng.state);
    for (let i = 0; i < 100; i++) expect(rng.uniform()).toBe(expected.next().value);
  });

  it('gives these numbers for these seeds, on every machine and in every release', () => {
    expect(Rng.of(7).state).toEqual([1946670229, -1276801768, 1816333673, 910899113]);
    const rng = Rng.of(7);
    expect([rng.uniform(), rng.uniform(), rng.integer(1000), rng.normal()]).toEqual([
      0.5476255566390181, 0.9839203596571657, 768, -1.8398582563324115,
    ]);
    expect(Rng.of('faces', 1).shuffle([0, 1, 2, 3, 4, 5])).toEqual([2, 1, 0, 3, 5, 4]);
  });

  it('continues from its state', () => {
    const rng = Rng.of(1);
    rng.normal();
    const resumed = new Rng(JSON.parse(JSON.stringify(rng.state)));
    expect([resumed.normal(), resumed.integer(9), resumed.uniform()]).toEqual([
      rng.normal(),
      rng.integer(9),
      rng.uniform(),
    ]);
  });

  it('has streams of its own for seeds that differ in one word', () => {
    const first = [Rng.of(1), Rng.of(2), Rng.of(1, 'a'), Rng.of(1, 'b'), Rng.of(1, 'a', 2)].map((rng) =>
      rng.uniform(),
    );
    expect(new Set(first).size).toBe(5);
  });

  it('is uniform, and normal, in mean, variance and correlation of neighbours', () => {
    const rng = Rng.of('statistics');
    const count = 200_000;
    const draws: [() => number, number, number][] = [
      [() => rng.uniform(-1, 3), 1, 16 / 12],
      [() => rng.normal(2, 3), 2, 9],
      [() => rng.integer(11), 5, 10],
      [() => (rng.chance(0.3) ? 1 : 0), 0.3, 0.21],
    ];
    for (const [draw, mean, variance] of draws) {
      const values = Float64Array.from({ length: count }, () => (draw() - mean) / Math.sqrt(variance));
      const average = (f: (v: number, i: number) => number) =>
        values.reduce((sum, v, i) => sum + f(v, i), 0) / count;
      // Five standard errors; the seed is fixed, so that this passes always or never.
      expect(Math.abs(average((v) => v))).toBeLessThan(5 / Math.sqrt(count));
      expect(Math.abs(average((v) => v * v) - 1)).toBeLessThan(5 * Math.sqrt(3 / count));
      expect(Math.abs(average((v, i) => v * (values[i + 1] ?? 0)))).toBeLessThan(5 / Math.sqrt(count));
    }
  });

  it('shuffles every order equally often, and copies', () => {
    const rng = Rng.of('orders');
    const counts = new Map<string, number>();
    const items = [1, 2, 3];
    for (let i = 0; i < 6000; i++) {
      const order = rng.shuffle(items).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(items).toEqual([1, 2, 3]);
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000));
  });

  it('stays inside its ranges', () => {
    const rng = Rng.of('ranges');
    for (let i = 0; i < 10_000; i++) {
      expect([0, 1, 2]).toContain(rng.integer(3));
      const value = rng.uniform(2, 5);
      expect(value >= 2 && value < 5).toBe(true);
    }
    expect(rng.pick(['only'])).toBe('only');
  });
});
