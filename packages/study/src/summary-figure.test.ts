import { expect, it } from 'vitest';
import type { ComparisonSummary } from './summarize.ts';
import { summaryFigure } from './summary-figure.ts';

const row = (test: string, low: number, difference: number, high: number) =>
  ({ condition: 'as it is', test, first: 'ce', second: '<hm>', low, difference, high }) as ComparisonSummary;

it('draws each difference between its ends, on one scale with zero', () => {
  const svg = summaryFigure({
    comparisons: [row('lfw', -0.004, 0.003, 0.01), row('held', -0.03, -0.02, -0.01)],
  });
  const found = (pattern: RegExp) => [...svg.matchAll(pattern)].map(([, ...groups]) => groups);
  const numbers = found(/class="number" x="(\d+)" y="\d+">([−+]?[\d.]+)</g);
  const points = numbers.map(([, text]) => Number(text!.replace('−', '-')));
  const places = numbers.map(([x]) => Number(x));
  expect(points).toEqual([-3, -2, -1, 0, 1]);
  const x = (point: number) => places[3]! + (point * (places[4]! - places[0]!)) / 4;
  const ends = found(/class="interval" d="M(\d+) [\d.]+H(\d+)"/g).map((pair) => pair.map(Number));
  const middles = found(/cx="(\d+)"/g).map(([middle]) => Number(middle));
  for (const [index, [low, middle, high]] of [
    [-3, -2, -1],
    [-0.4, 0.3, 1],
  ].entries()) {
    expect(Math.abs(ends[index]![0]! - x(low!))).toBeLessThan(1);
    expect(Math.abs(middles[index]! - x(middle!))).toBeLessThan(1);
    expect(Math.abs(ends[index]![1]! - x(high!))).toBeLessThan(1);
  }
  expect(svg).toContain('held: &lt;hm&gt; − ce');
});

it('draws a map of several conditions: colored by the difference, framed where zero is left out', () => {
  const under = (condition: string, low: number, difference: number, high: number) => ({
    ...row('heldOut', low, difference, high),
    condition,
  });
  const comparisons = [under('hard, 0 %', -0.01, 0.02, 0.05), under('hard, 30 %', -0.06, -0.04, -0.02)];
  const svg = summaryFigure({ comparisons });
  const cells = [
    ...svg.matchAll(/class="(more|less)" x="(\d+)"[^>]*fill-opacity="([\d.]+)"\/>(<rect class="sure")?/g),
  ];
  expect(cells.map(([, kind, , opacity, frame]) => [kind, Number(opacity), frame !== undefined])).toEqual([
    ['more', 0.275, false],
    ['less', 0.55, true],
  ]);
  expect(Number(cells[1]![2])).toBeGreaterThan(Number(cells[0]![2]));
  for (const words of ['30 %<', '+2.0<', '−6.0 … −2.0<', 'heldOut: &lt;hm&gt; − ce<'])
    expect(svg).toContain(words);
});

it('is a picture also where nothing can be compared yet', () => {
  expect(summaryFigure({ comparisons: [] })).toMatch(/<\/svg>\n$/);
});
