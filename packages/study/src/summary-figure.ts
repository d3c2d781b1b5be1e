import { checkArguments } from '@hm/tensor/host';
import type { ComparisonSummary, StudySummary } from './summarize.ts';
import { differenceMap, escaped } from './summary-map.ts';

/** Sizes in pixels: a row, the names on the left, the scale, the margin. */
const [ROW, NAMES, SCALE, MARGIN] = [26, 300, 460, 16];
const WIDTH = NAMES + SCALE + 2 * MARGIN;

const STYLE =
  'text{font:13px system-ui,sans-serif;fill:#333}.number{text-anchor:middle;fill:#666}.page{fill:#fff}.grid{stroke:#ddd}' +
  '.zero{stroke:#888}.interval{stroke:#3d62a8;stroke-width:2}.point{fill:#3d62a8}' +
  '@media (prefers-color-scheme:dark){text{fill:#dde3ee}.number{fill:#9aa4b5}.page{fill:#12161d}.grid{stroke:#2b3340}' +
  '.zero{stroke:#8b95a5}.interval{stroke:#8fb0f0}.point{fill:#8fb0f0}}';

/**
 * Draws the differences of a summary, each with its 95 % interval in percentage points, beside a line at no difference.
 * Several conditions are drawn as a map with a column for each.
 *
 * @returns an SVG document, without intervals if no comparison has two seeds yet.
 */
export function summaryFigure(summary: Pick<StudySummary, 'comparisons'>): string {
  checkArguments('summaryFigure', { summary }, { summary: { has: ['comparisons'] } });
  const conditions = new Set(summary.comparisons.map(({ condition }) => condition));
  if (conditions.size > 1) return differenceMap(summary.comparisons);
  const rows = [...summary.comparisons].sort((a, b) => a.test.localeCompare(b.test));
  const ticks = ticksOf(rows);
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const x = (points: number) => Math.round(NAMES + MARGIN + (SCALE * (points - low)) / (high - low));
  const bottom = MARGIN + ROW * rows.length;
  const lines = ticks.map((tick) => {
    const kind = tick === 0 ? 'zero' : 'grid';
    const number = `<text class="number" x="${x(tick)}" y="${bottom + 18}">${signed(tick)}</text>`;
    return `<path class="${kind}" d="M${x(tick)} ${MARGIN}V${bottom}"/>${number}`;
  });
  const marks = rows.map((row, index) => {
    const y = MARGIN + ROW * (index + 0.5);
    const name = `${row.test}: ${row.second} − ${row.first}`;
    const [from, at, to] = [row.low, row.difference, row.high].map((share) => x(100 * share));
    return (
      `<text x="${MARGIN}" y="${y + 4}">${escaped(name)}</text>` +
      `<path class="interval" d="M${from} ${y}H${to}"/><circle class="point" cx="${at}" cy="${y}" r="4"/>`
    );
  });
  const height = bottom + 48;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>Differences in accuracy with 95 % intervals</title><style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}" rx="8"/>`,
    ...[...lines, ...marks],
    `<text class="number" x="${NAMES + MARGIN + SCALE / 2}" y="${bottom + 38}">difference in accuracy, percentage points, 95 % interval</text>`,
    '</svg>\n',
  ].join('\n');
}

/** Ticks of an axis: about six steps of 1, 2 or 5 times a power of ten that include every interval and zero. */
function ticksOf(rows: readonly ComparisonSummary[]): number[] {
  const ends = [0, ...rows.flatMap(({ low, high }) => [100 * low, 100 * high])];
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const rough = Math.max(most - least, 1e-3) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((times) => times * power >= rough)!;
  const [first, last] = [Math.floor(least / step), Math.max(Math.ceil(most / step), 1)];
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(6)));
}

const signed = (points: number) => (points < 0 ? `−${-points}` : points > 0 ? `+${points}` : '0');
