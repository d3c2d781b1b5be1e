import { expect, it } from 'vitest';
import type { ComparisonSummary } from './summarize.ts';
import { summaryFigure } from './summary-figure.ts';

const row = (test: string, low: number, difference: number, high: number) =>
  ({ condition: 'as it is', test, first: 'ce', second: '<hm>', low, difference, high }) as ComparisonSummary;

it('draws each difference between its ends, on one scale with zero', () => {
  const svg = summaryFigure({
    arms: [],
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

it('is a picture also where nothing can be compared yet', () => {
  expect(summaryFigure({ arms: [], comparisons: [] })).toMatch(/<\/svg>\n$/);
});
