import type { ComparisonSummary } from './summarize.ts';

/** Sizes in pixels: a cell's width and height, the names on the left, a line of a condition above, the margin. */
const [CELL, ROW, NAMES, LINE, MARGIN] = [92, 40, 230, 16, 16];

const STYLE =
  'text{font:12px system-ui,sans-serif;fill:#333;text-anchor:middle}text.name{text-anchor:start}.page{fill:#fff}' +
  '.more{fill:#3d62a8}.less{fill:#c2571a}.sure{fill:none;stroke:#333;stroke-width:2}.small{font-size:10px}' +
  '@media (prefers-color-scheme:dark){text{fill:#dde3ee}.page{fill:#12161d}.more{fill:#8fb0f0}.less{fill:#f0a06a}' +
  '.sure{stroke:#dde3ee}}';

/** Opacity of the strongest colour, so that the text stays legible. */
const STRONGEST = 0.55;

/**
 * Draws comparisons under several conditions as a map with a column for each condition. A cell is blue if the second
 * arm is better and orange if it is worse. It has the 95 % interval below the difference, and a frame if the interval
 * excludes zero.
 */
export function differenceMap(comparisons: readonly ComparisonSummary[]): string {
  const byNumber = new Intl.Collator('en', { numeric: true }).compare;
  const conditions = [...new Set(comparisons.map(({ condition }) => condition))].toSorted(byNumber);
  const lines = conditions.map((condition) => condition.split(', '));
  const head = LINE * Math.max(...lines.map(({ length }) => length)) + 14;
  const topOf = (row: number) => MARGIN + head + ROW * row;
  const nameOf = ({ test, first, second }: ComparisonSummary) => `${test}: ${second} − ${first}`;
  const names = [...new Set(comparisons.map(nameOf))].toSorted();
  const most = Math.max(...comparisons.map(({ difference }) => Math.abs(difference)));
  const [width, height] = [
    NAMES + CELL * conditions.length + 2 * MARGIN,
    head + ROW * names.length + 30 + 2 * MARGIN,
  ];
  const heads = lines.flatMap((parts, column) =>
    parts.map((line, k) => text(middleOf(column), MARGIN + LINE * (k + 1), escaped(line))),
  );
  const sides = names.map((name, row) => text(MARGIN, topOf(row) + ROW / 2 + 4, escaped(name), 'name'));
  const cells = comparisons.map((one) => {
    const [column, row] = [conditions.indexOf(one.condition), names.indexOf(nameOf(one))];
    const [x, y] = [middleOf(column) - CELL / 2 + 1, topOf(row) + 1];
    const box = `x="${x}" y="${y}" width="${CELL - 2}" height="${ROW - 2}"`;
    const strength = most === 0 ? 0 : (STRONGEST * Math.abs(one.difference)) / most;
    const isSure = one.low > 0 || one.high < 0;
    return [
      `<rect class="${one.difference < 0 ? 'less' : 'more'}" ${box} fill-opacity="${strength.toFixed(3)}"/>`,
      isSure ? `<rect class="sure" ${box}/>` : '',
      text(middleOf(column), y + 16, points(one.difference)),
      text(middleOf(column), y + 31, `${points(one.low)} … ${points(one.high)}`, 'small'),
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>Differences in accuracy under each condition</title><style>${STYLE}</style>`,
    `<rect class="page" width="${width}" height="${height}" rx="8"/>`,
    ...[...heads, ...sides, ...cells],
    text(
      width / 2,
      height - MARGIN,
      'difference in accuracy, percentage points, 95 % interval; framed where it leaves out 0',
    ),
    '</svg>\n',
  ].join('\n');
}

const middleOf = (column: number) => NAMES + MARGIN + CELL * (column + 0.5);
const text = (x: number, y: number, content: string, kind = '') =>
  `<text${kind && ` class="${kind}"`} x="${x}" y="${y}">${content}</text>`;

function points(share: number): string {
  const value = (100 * Math.abs(share)).toFixed(1);
  return `${share < 0 ? '−' : '+'}${value}`;
}

/** Escapes text for SVG. */
export const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
