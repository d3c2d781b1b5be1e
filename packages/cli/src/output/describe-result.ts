import type { VerificationResult } from '@hm/eval';
import { printable } from '@hm/tensor/host';
import { textTable } from './text-table.ts';

/** Returns an evaluation as aligned text for a terminal. */
export function describeResult(result: VerificationResult): string {
  const { protocol, model, pairs, accuracy, standardError, auc, eer, threshold, distance, flip } = result;
  const rows = [
    ['Model', model],
    [
      'Protocol',
      `${protocol}, ${pairs} pairs in ${result.folds.length} folds${result.official ? '' : ' (not official)'}`,
    ],
    ['Flip', flip],
    ['Accuracy', `${percent(accuracy)} ± ${percent(standardError)} (standard error)`],
    ['Deviation', `${percent(result.standardDeviation)} (np.std of the folds, as insightface prints)`],
    ['AUC', auc.toFixed(5)],
    ['EER', percent(eer)],
    ...result.tarAtFar.map(({ far, tar }) => [`TAR@FAR=${far}`, tar === null ? '–' : percent(tar)]),
    ['Threshold', `${threshold.toFixed(4)} (${distance})`],
  ];
  return [
    textTable(rows),
    ...groupLines(result),
    ...result.notes.map((note) => printable(`Note: ${note}`, 1000)),
  ].join('\n');
}

/** Returns lines with the error rates of each group at one threshold. */
function groupLines({ groups }: VerificationResult): string[] {
  if (groups === undefined) return [];
  const rate = (estimate: { rate: number; low: number; high: number } | null) =>
    estimate === null
      ? '–'
      : `${percent(estimate.rate)} (${percent(estimate.low)} to ${percent(estimate.high)})`;
  const rows = groups.groups.map(({ group, falseMatchRate, falseNonMatchRate }) => [
    printable(group),
    `FMR ${rate(falseMatchRate)}`,
    `FNMR ${rate(falseNonMatchRate)}`,
  ]);
  return [`Groups at the one threshold ${groups.threshold.toFixed(4)}:`, textTable(rows)];
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
