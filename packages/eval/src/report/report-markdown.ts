import { checkArguments } from '@hm/tensor/host';
import { standardDeviation } from '../metrics/spread.ts';
import type { VerificationResult } from '../verification/verification-result.ts';
import { describeRate, worstSentences } from './group-section.ts';
import { markdownTable, markdownText } from './markdown.ts';

/**
 * Formats results as Markdown: first the accuracies, with one row per model and one column per protocol as in the
 * tables of the hard-mining paper, then every measure, then the notes.
 *
 * @example
 * await writeFile('report.md', toMarkdown([crossEntropy, hardMining]));
 */
export function toMarkdown(results: VerificationResult | readonly VerificationResult[]): string {
  checkArguments('toMarkdown', { results }, { results: 'object' });
  const all = Array.isArray(results)
    ? (results as readonly VerificationResult[])
    : [results as VerificationResult];
  const sections = [accuracyTable(all), measureTable(all), measureLegend, ...all.map(groupTable), notes(all)];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

export const measureLegend =
  'Accuracy: mean over the folds ± standard error (σ̂/√folds, σ̂ with folds − 1). Std: `np.std` over the folds, which insightface and facenet print after the ±.';

function accuracyTable(results: readonly VerificationResult[]): string {
  const protocols = [...new Set(results.map(({ protocol }) => protocol))];
  const rows = [...new Set(results.map(rowName))].map((row) => [
    row,
    ...protocols.map((protocol) =>
      results
        .filter((result) => result.protocol === protocol && rowName(result) === row)
        .map(({ accuracy, official }) => `${percent(accuracy)}${official ? '' : ' *'}`)
        .join(', '),
    ),
  ]);
  return markdownTable(
    ['Model', ...protocols.map((protocol) => `Accuracy on ${protocol} (%)`)],
    ruleOf(protocols.length + 1),
    rows,
  );
}

/** Formats a table of every measure, with one row per result. */
export function measureTable(results: readonly VerificationResult[]): string {
  const rates = [...new Set(results.flatMap(({ tarAtFar }) => tarAtFar.map(({ far }) => far)))];
  const header = ['Model', 'Protocol', 'Pairs', 'Accuracy (%)', 'Std (%)', 'AUC', 'EER (%)'];
  const rows = results.map((result) => [
    rowName(result),
    result.protocol,
    pairCounts(result),
    `${percent(result.accuracy)} ± ${percent(result.standardError)}`,
    percent(standardDeviation(result.folds.map(({ accuracy }) => accuracy))),
    result.auc.toFixed(5),
    percent(result.eer),
    ...rates.map((rate) => tarOf(result, rate)),
    `${result.threshold.toFixed(4)} (${result.distance})`,
  ]);
  const names = [...header, ...rates.map((rate) => `TAR@FAR=${rate} (%)`), 'Threshold'];
  return markdownTable(names, ruleOf(names.length), rows);
}

/** Formats the error rates of each group at one threshold. Returns an empty string without groups. */
export function groupTable(result: VerificationResult): string {
  if (result.groups === undefined) return '';
  const rows = result.groups.groups.map(({ group, falseMatchRate, falseNonMatchRate }) => [
    ...[group, describeRate(falseMatchRate), `${falseMatchRate?.pairs ?? 0}`],
    ...[describeRate(falseNonMatchRate), `${falseNonMatchRate?.pairs ?? 0}`],
  ]);
  const header = ['Group', 'FMR', 'Impostor pairs', 'FNMR', 'Genuine pairs'];
  const title = `${place(result)}, groups at the one threshold ${result.groups.threshold.toFixed(4)}:`;
  const sentences = worstSentences(result).map((text) => markdownText(text));
  return [title, markdownTable(header, ruleOf(header.length), rows), sentences.join(' ')].join('\n\n');
}

function notes(results: readonly VerificationResult[]): string {
  const lines = results.flatMap((result) => [
    ...(result.official ? [] : [`\\* ${place(result)}: not the official score.`]),
    ...result.notes.map((note) => `${place(result)}: ${markdownText(note)}`),
  ]);
  return [...new Set(lines)].map((line) => `- ${line}`).join('\n');
}

const place = (result: VerificationResult) => markdownText(`${rowName(result)} on ${result.protocol}`);

const rowName = ({ model, flip }: VerificationResult) => (flip === 'off' ? model : `${model}, flip ${flip}`);

const pairCounts = ({ pairs, tarAtFar }: VerificationResult) =>
  tarAtFar[0] === undefined ? `${pairs}` : `${tarAtFar[0].genuine} + ${tarAtFar[0].impostors}`;

function tarOf({ tarAtFar }: VerificationResult, rate: number): string {
  const found = tarAtFar.find(({ far }) => far === rate);
  return found === undefined || found.tar === null ? '–' : percent(found.tar);
}

const percent = (share: number) => (100 * share).toFixed(2);

const ruleOf = (columns: number): string[] => Array(columns).fill('---');
