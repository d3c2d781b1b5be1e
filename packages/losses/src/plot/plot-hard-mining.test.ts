/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from '@hm/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ticks } from './frame.ts';
import { plotHardMining } from './plot-hard-mining.ts';
import { escaped } from './svg.ts';

const hardMining = (L: number, { alpha = 1.5, steepness = 35 } = {}) =>
  (alpha * L) / (1 + Math.exp(-steepness * (1.1 * L - 0.75)));

/** The points of a curve, from the picture back to data by the numbers on the default figure's axes. */
function pointsOf(svg: string, color: string, yMax: number): [number, number][] {
  const data = new RegExp(`class="hm-curve hm-${color}" d="([^"h]+)"`).exec(svg)![1]!;
  return [...data.matchAll(/[ML](\S+) ([^ML]+)/g)].map(([, x, y]) => [
    (Number(x) - 64) / (692 - 64),
    ((380 - Number(y)) / (380 - 72)) * yMax,
  ]);
}

/** Every element closed in the order in which it was opened. */
function expectWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, slash, name, rest] of svg.matchAll(/<(\/?)([a-z]+)([^>]*)>/gi)) {
    if (slash) expect(open.pop()).toBe(name);
    else if (!rest!.endsWith('/')) open.push(name!);
    expect(rest!.replace(/ [a-zA-Z-]+="[^"<]*"/g, '')).toMatch(/^\/?$/);
  }
  expect(open).toEqual([]);
}

describe('plotHardMining', () => {
  it('draws the losses of the paper’s Figure 1', () => {
    const svg = plotHardMining();
    for (const [color, formula] of [
      ['plain', (L: number) => L],
      ['c0', hardMining],
    ] as const) {
      const points = pointsOf(svg, color, 5).filter(([p]) => p > 0.05);
      expect(points.length).toBeGreaterThan(100);
      for (const [p, value] of points) expect(Math.abs(value - formula(-Math.log(p)))).toBeLessThan(0.02);
      expect(points.at(-1)).toEqual([1, 0]);
    }
    const [, x, y] = /<circle class="hm-dot hm-c0-fill" cx="(\S+)" cy="(\S+)"/.exec(svg)!;
    expect((Number(x) - 64) / 628).toBeCloseTo(0.4967, 3);
    expect(((380 - Number(y)) / 308) * 5).toBeCloseTo(0.69982, 2);
  });

  it('draws slopes, with the peak marked', () => {
    const svg = plotHardMining({}, { show: 'slope' });
    const points = pointsOf(svg, 'c0', 14);
    expect(Math.max(...points.map(([, slope]) => slope))).toBeCloseTo(10.65, 1);
    expect(points[0]![1]).toBeCloseTo(1.5, 1);
    expect(svg).toContain('10.65 at p = 0.504');
    expect(pointsOf(svg, 'plain', 14).every(([, slope]) => Math.abs(slope - 1) < 0.01)).toBe(true);
  });

  it('names several curves by what differs', () => {
    const svg = plotHardMining([{}, { alpha: 2 }, { steepness: 10, gate: 'stopped' }]);
    expect(svg).toContain('α = 1.5, A = 35, gate through: crosses at p = 0.497');
    expect(svg).toContain('α = 2, A = 35, gate through');
    expect(svg).toContain('α = 1.5, A = 10, gate stopped');
    expect(svg).not.toContain('B = ');
    const second = pointsOf(svg, 'c1', 6).filter(([p]) => p > 0.1);
    for (const [p, value] of second)
      expect(Math.abs(value - hardMining(-Math.log(p), { alpha: 2 }))).toBeLessThan(0.02);
  });

  it('says in words what it shows', () => {
    const svg = plotHardMining();
    expect(svg).toMatch(/^<svg [^>]*role="img"/);
    expect(svg).toMatch(
      /<title>Hard-mining loss and cross-entropy<\/title>\s*<desc>[^<]*crosses at p = 0.497/,
    );
    expect(plotHardMining({ alpha: 0.5 })).toMatch(/<desc>[^<]*no such point/);
    expect(svg).toContain('@media(prefers-color-scheme:dark)');
  });

  it('is well-formed, finite and inside its frame for any options and size', () => {
    const options = fc.record({
      alpha: fc.double({ min: 0.01, max: 100, noNaN: true }),
      beta: fc.double({ min: 0.01, max: 100, noNaN: true }),
      steepness: fc.double({ min: 0.01, max: 1e4, noNaN: true }),
      midpoint: fc.double({ min: 0.01, max: 100, noNaN: true }),
      gate: fc.constantFrom('through' as const, 'stopped' as const),
    });
    const lists = fc.array(options, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(lists, fc.constantFrom('loss' as const, 'slope' as const), (choices, show) => {
        const svg = plotHardMining(choices, { show });
        expectWellFormed(svg);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        for (const [, data] of svg.matchAll(/class="hm-curve hm-c\d" d="([^"h]+)"/g))
          for (const [, x, y] of data!.matchAll(/[ML](\S+) ([^ML]+)/g)) {
            expect(Number(x)).toBeGreaterThanOrEqual(64);
            expect(Number(x)).toBeLessThanOrEqual(692);
            expect(Number(y)).toBeGreaterThanOrEqual(71.9);
            expect(Number(y)).toBeLessThanOrEqual(380);
          }
      }),
      { numRuns: 40 },
    );
    expect(plotHardMining({}, { width: 400, height: 300 })).toContain('viewBox="0 0 400 300"');
  });

  it.each([
    [[], {}, /1 to 5 choices of options, got 0/],
    [Array(6).fill({}), {}, /got 6/],
    [{ beta: -1 }, {}, /beta/],
    [{}, { show: 'gate' as never }, /loss, slope/],
    [{}, { width: 50 }, /width to be a number >= 240/],
    [{}, { height: Number.NaN }, /height/],
  ])('refuses %o %o', (choices, options, message) => {
    expect(() => plotHardMining(choices, options)).toThrow(message);
    expect(() => plotHardMining(choices, options)).toThrow(InvalidArgumentError);
  });

  it.each([
    ['hard-mining.svg', plotHardMining()],
    ['hard-mining-slope.svg', plotHardMining([{}, { gate: 'stopped' }], { show: 'slope' })],
  ])('the README’s %s is what tools/figures/hard-mining.mjs writes', (name, svg) => {
    expect(readFileSync(new URL(`../../figures/${name}`, import.meta.url), 'utf8')).toBe(svg);
  });
});

it('ticks are round numbers up to the end', () => {
  expect(ticks(5)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(ticks(14)).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
  expect(ticks(0.3)).toEqual([0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]);
});

it('text is escaped', () => {
  expect(escaped('a < b & "c" > d')).toBe('a &lt; b &amp; &quot;c&quot; &gt; d');
});
