import type { DatasetReport } from '@hm/datasets';
import { printable } from '@hm/tensor/host';
import { textTable } from '../output/text-table.ts';
import { describeLeftOut, isMissed } from './describe-left-out.ts';

/** Maximum number of lines to print per list; `--json` has all. */
const LISTED = 20;

/** Returns the summary of a data set as text for a terminal. */
export function describeReport(report: DatasetReport): string {
  const { images, inspected, perIdentity, sizes, formats } = report;
  const { identities, least, median, mean, most, histogram } = perIdentity;
  const rows = [
    ['Images', `${images}${inspected < images ? `, ${inspected} of them looked into` : ''}`],
    ['Identities', `${identities}`],
    ['Images of each', `${least} to ${most}, median ${median}, mean ${mean.toFixed(1)}`],
    [
      'Formats',
      Object.entries(formats)
        .map(([name, count]) => `${name} ${count}`)
        .join(', '),
    ],
  ];
  return [
    textTable(rows),
    `\nIdentities by their number of images:`,
    bars(
      histogram.map(({ from, to, identities: count }) => [from === to ? `${from}` : `${from}–${to}`, count]),
    ),
    `\nImages by size (height × width):`,
    bars(sizes.slice(0, LISTED).map(({ height, width, images: count }) => [`${height} × ${width}`, count])),
    ...(sizes.length > LISTED ? [`  and ${sizes.length - LISTED} more sizes`] : []),
    ...[describeLeftOut(report.leftOut)].filter((text) => text !== '').map((text) => `\n${text}`),
  ].join('\n');
}

/** Returns the problems of a data set, each kind as a heading and a list; empty if there are none. */
export function describeProblems(report: DatasetReport): string {
  const across = report.duplicates.filter(({ names }) => names.length > 1);
  const within = report.duplicates.filter(({ names }) => names.length === 1);
  const nearAcross = report.nearDuplicates.filter(({ names }) => names.length > 1);
  const nearWithin = report.nearDuplicates.filter(({ names }) => names.length === 1);
  const idsOf = ({ ids }: { ids: string[] }) => ids.join(' = ');
  return [
    list('Does not agree', report.problems),
    isMissed(report.leftOut) ? 'Images or people are left out: see above.' : '',
    list(
      'Cannot be decoded',
      report.undecodable.map(({ id, reason }) => `${id}: ${reason}`),
    ),
    list('The same file under several identities', across.map(idsOf)),
    list('The same file more than once', within.map(idsOf)),
    list('Look the same, under several identities', nearAcross.map(idsOf)),
    list('Look the same', nearWithin.map(idsOf)),
    list(
      'Identities with few images',
      report.fewImages.map(({ name, images }) => `${name}: ${images}`),
    ),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  const more = items.length > LISTED ? [`  and ${items.length - LISTED} more`] : [];
  return [
    `${title} (${items.length}):`,
    ...items.slice(0, LISTED).map((item) => printable(`  ${item}`)),
    ...more,
  ].join('\n');
}

/** A histogram whose longest bar has 40 columns. */
function bars(rows: readonly (readonly [string, number])[]): string {
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return textTable(
    rows.map(([name, count]) => [`  ${name}`, `${count}`, '█'.repeat(Math.ceil((40 * count) / most))]),
  );
}
