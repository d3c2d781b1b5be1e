import type { WorstGroup } from '../groups/group-rates.ts';
import type { RateEstimate } from '../statistics/rate-interval.ts';
import type { VerificationResult } from '../verification/verification-result.ts';
import { type Html, html, name } from './html.ts';
import type { Plots } from './plots.ts';
import { table } from './tables.ts';

/** Renders the error rates of each group at one threshold, for results whose protocol has groups. */
export function groupSection(results: readonly VerificationResult[], plots: Plots): Html {
  const drawn = results.filter(({ groups }) => groups !== undefined);
  if (drawn.length === 0) return html``;
  return html`<section aria-labelledby="groups"><h2 id="groups">Groups</h2>${drawn.map((result) => groupsOf(result, plots))}</section>`;
}

function groupsOf(result: VerificationResult, plots: Plots): Html {
  const { threshold, groups, acrossGroups, confidence } = result.groups!;
  const rows = groups.map(({ group, falseMatchRate, falseNonMatchRate }) => [
    name(group),
    describeRate(falseMatchRate),
    falseMatchRate?.pairs ?? 0,
    describeRate(falseNonMatchRate),
    falseNonMatchRate?.pairs ?? 0,
  ]);
  if (acrossGroups) rows.push([html`across groups`, describeRate(acrossGroups), acrossGroups.pairs, '–', 0]);
  const header = ['Group', 'FMR', 'Impostor pairs', 'FNMR', 'Genuine pairs'];
  return html`<figure>${plots.groups(result)}<figcaption>${name(result.model)}: false match and false non-match rates at the one threshold ${threshold.toFixed(4)}, with ${100 * confidence} % intervals that know which pairs share a person. ${worstSentences(result).join(' ')}</figcaption></figure>
${table('Errors of groups', header, rows)}`;
}

/** Formats a rate with its interval. */
export const describeRate = (rate: RateEstimate | null): string =>
  rate === null ? '–' : `${percent(rate.rate)} (${percent(rate.low)} to ${percent(rate.high)})`;

/** Returns a sentence about the worst group for each kind of error. */
export function worstSentences({ groups }: VerificationResult): string[] {
  const sentence = (kind: string, worst: WorstGroup | null) =>
    worst === null
      ? []
      : [
          `The highest ${kind} is that of ${worst.group}, ${worst.ratio.toFixed(2)} times the geometric mean.`,
        ];
  return [
    ...sentence('false match rate', groups?.worstFalseMatchRate ?? null),
    ...sentence('false non-match rate', groups?.worstFalseNonMatchRate ?? null),
  ];
}

const percent = (rate: number) => `${Number((100 * rate).toPrecision(3))} %`;
