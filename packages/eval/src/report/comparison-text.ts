import { checkArguments } from '@hm/tensor/host';
import type { VerificationResult } from '../verification/verification-result.ts';
import type { ComparisonCell, ComparisonTable, PaperComparison } from './compare-with-paper.ts';
import { discardSection } from './discard-section.ts';
import { groupSection } from './group-section.ts';
import { type Html, html, name } from './html.ts';
import { markdownTable, markdownText } from './markdown.ts';
import { page } from './page.ts';
import { loadPlots } from './plots.ts';
import { settingsOf } from './recipe-section.ts';
import { groupTable, measureLegend, measureTable } from './report-markdown.ts';
import { curveSection, histogramSection, measures, seriesName } from './sections.ts';
import { table } from './tables.ts';

const legend =
  'Ours: mean over the folds ± standard error, in percent. The paper prints no errors; half a percent of LFW is thirty pairs.';

/** Formats a comparison as Markdown. */
export function comparisonMarkdown(comparison: PaperComparison): string {
  checkArguments('comparisonMarkdown', { comparison }, { comparison: { has: ['results', 'tables'] } });
  const sections = comparison.tables.flatMap((found) => [
    `## ${markdownText(found.title)}`,
    figures(headerOf(found), rowsOf(found)),
    ...missingLine(found).map(markdownText),
  ]);
  const pairs = hardMiningRows(comparison);
  const { header, rows } = recipeDifferences(comparison.results);
  const groups = comparison.results.map(groupTable).filter((text) => text !== '');
  return [
    '## Runs',
    measureTable(comparison.results),
    measureLegend,
    ...(rows.length > 0
      ? [
          `## ${differencesTitle}`,
          markdownTable(
            header,
            header.map(() => '---'),
            rows,
          ),
        ]
      : []),
    ...(groups.length > 0 ? ['## Groups', ...groups] : []),
    ...sections,
    ...(sections.length > 0 ? [legend] : []),
    ...(pairs.length > 0
      ? [`## ${hardMiningTitle}`, figures(hardMiningHeader, pairs), hardMiningLegend]
      : []),
    ...(comparison.notes.length > 0
      ? ['## Notes', [...new Set(comparison.notes)].map((note) => `- ${markdownText(note)}`).join('\n')]
      : []),
  ]
    .join('\n\n')
    .concat('\n');
}

/** Formats a comparison as one self-contained HTML page, with the curves of all runs in one figure. */
export async function comparisonHtml(comparison: PaperComparison): Promise<string> {
  checkArguments('comparisonHtml', { comparison }, { comparison: { has: ['results', 'tables'] } });
  const { results } = comparison;
  const plots = await loadPlots();
  const pairs = hardMiningRows(comparison);
  const names = (rows: readonly string[][]) => rows.map(([first, ...cells]) => [name(first!), ...cells]);
  return page('Runs compared', [
    html`<header><h1>Runs compared</h1></header><main>`,
    html`<section><h2>Runs</h2>${measures(results)}<p class="quiet">${measureLegend}</p></section>`,
    differencesSection(results),
    curveSection(results, plots),
    groupSection(results, plots),
    histogramSection(results, plots),
    discardSection(results, plots),
    ...comparison.tables.map(
      (found) =>
        html`<section><h2>${name(found.title)}</h2>${table(found.title, headerOf(found), names(rowsOf(found)))}${missingLine(found).map((line) => html`<p class="quiet">${line}</p>`)}</section>`,
    ),
    html`${comparison.tables.length > 0 && html`<p class="quiet">${legend}</p>`}`,
    html`${pairs.length > 0 && html`<section><h2>${hardMiningTitle}</h2>${table(hardMiningTitle, hardMiningHeader, names(pairs))}<p class="quiet">${hardMiningLegend}</p></section>`}`,
    html`${comparison.notes.length > 0 && html`<section><h2>Notes</h2><ul class="notes">${[...new Set(comparison.notes)].map((note) => html`<li>${name(note)}</li>`)}</ul></section>`}`,
    html`</main>`,
  ]);
}

function differencesSection(results: PaperComparison['results']): Html {
  const { header, rows } = recipeDifferences(results);
  if (rows.length === 0) return html``;
  const cells = rows.map((row) => row.map(name));
  return html`<section><h2>${differencesTitle}</h2>${table(differencesTitle, header, cells, 'names')}</section>`;
}

const differencesTitle = 'In what they differ';

const headerOf = ({ protocols, rows }: ComparisonTable): string[] => [
  'Loss',
  ...protocols.flatMap((protocol, k) =>
    hasPaper(rows, k) ? [`${protocol}, paper`, `${protocol}, ours`] : [protocol],
  ),
];

const rowsOf = ({ protocols, rows }: ComparisonTable): string[][] =>
  rows.map(({ label, cells }) => [
    label,
    ...protocols.flatMap((_, k) => {
      const { paper } = cells[k]!;
      return [...(hasPaper(rows, k) ? [paper?.toFixed(2) ?? '–'] : []), ours(cells[k]!)];
    }),
  ]);

const hasPaper = (rows: ComparisonTable['rows'], column: number) =>
  rows.some(({ cells }) => cells[column]!.paper !== undefined);

const ours = ({ ours }: ComparisonCell) =>
  ours.length === 0
    ? '–'
    : ours
        .map(
          ({ accuracy, standardError, official }) =>
            `${(100 * accuracy).toFixed(2)} ± ${(100 * standardError).toFixed(2)}${official ? '' : ' *'}`,
        )
        .join(', ');

function missingLine({ missing, rows }: ComparisonTable): string[] {
  if (missing.length === 0) return [];
  if (rows.every(({ cells }) => cells.every(({ ours }) => ours.length === 0)))
    return ['No run of ours for any of its cells.'];
  return [`No run of ours for ${missing.length} of the paper's cells: ${missing.join('; ')}.`];
}

const hardMiningTitle = 'With and without hard mining, pair by pair';
const hardMiningHeader = [
  'Losses',
  'Training set',
  'Protocol',
  'Difference (%)',
  '95 % interval',
  'Only one right',
  'p',
];
const hardMiningLegend =
  'Difference of the accuracies, second minus first, with a bootstrap interval over the pairs; pairs that only the first and only the second judges rightly; McNemar’s exact two-sided p.';

const hardMiningRows = ({ hardMining }: PaperComparison): string[][] =>
  hardMining.map(({ trainedOn, protocol, comparison }) => {
    const { first, second, accuracyDifference, interval, onlyFirst, onlySecond, pValue } = comparison;
    const percent = (share: number) => (100 * share).toFixed(2);
    return [
      `${first}; ${second}`,
      trainedOn,
      protocol,
      percent(accuracyDifference),
      `${percent(interval.low)} to ${percent(interval.high)}`,
      `${onlyFirst}; ${onlySecond}`,
      pValue < 1e-4 ? '< 0.0001' : pValue.toFixed(4),
    ];
  });

/** Formats a table of figures whose first column names the rows. */
const figures = (header: readonly string[], rows: readonly string[][]): string =>
  markdownTable(
    header,
    header.map((_, column) => (column === 0 ? '---' : '---:')),
    rows,
  );

/** Settings that identify a result, or where and when it was made, rather than how. */
const IDENTITY =
  /^(model|protocol|runId|id|date|created)$|(^|\.)(sha256|path|out|host|started|finished|seconds)$/;

/** Returns the settings in which results differ: a header with the names of the results, and a row for each setting. */
function recipeDifferences(results: readonly VerificationResult[]): {
  header: string[];
  rows: string[][];
} {
  const settings = results.map(settingsOf);
  const names = [...new Set(settings.flatMap((each) => [...each.keys()]))].filter(
    (key) => !IDENTITY.test(key),
  );
  const rows = names
    .map((key) => [key, ...settings.map((each) => each.get(key) ?? '–')])
    .filter(([, ...values]) => new Set(values).size > 1);
  return { header: ['Setting', ...results.map(seriesName)], rows };
}
