import type { VerificationResult } from '../verification/verification-result.ts';
import { binnedScores } from './binned-scores.ts';
import { type Html, html, name } from './html.ts';
import type { Plots } from './plots.ts';
import { behind, table } from './tables.ts';

/** Returns the label of a result among others. */
export const seriesName = ({ model, flip, protocol }: VerificationResult): string =>
  `${model}${flip === 'off' ? '' : `, flip ${flip}`}, ${protocol}`;

const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;

/** Renders the most important figures in large type. */
export function keyFigures(result: VerificationResult): Html {
  const { accuracy, standardError, auc, eer, tarAtFar, folds, pairs } = result;
  const strictest = tarAtFar.findLast(({ tar }) => tar !== null);
  const figures: [string, string, string][] = [
    ['Accuracy', percent(accuracy), `± ${percent(standardError)} standard error, ${folds.length} folds`],
    ['Equal error rate', percent(eer), `AUC ${auc.toFixed(5)}`],
  ];
  if (strictest) {
    const { far, tar, falseAccepts, impostors } = strictest;
    figures.push([
      `TAR at FAR ${far}`,
      percent(tar!),
      `${falseAccepts} of ${impostors} impostor pairs accepted`,
    ]);
  }
  figures.push([
    'Pairs',
    pairs.toLocaleString('en'),
    result.official ? 'the official list' : 'not an official score',
  ]);
  return html`<dl class="figures">${figures.map(([term, value, small]) => html`<div><dt>${term}</dt><dd>${value}<small>${small}</small></dd></div>`)}</dl>`;
}

/** Renders a table of every measure of every result. */
export function measures(results: readonly VerificationResult[]): Html {
  const rates = [...new Set(results.flatMap(({ tarAtFar }) => tarAtFar.map(({ far }) => far)))];
  const header = [
    'Model',
    'Accuracy',
    'AUC',
    'EER',
    ...rates.map((rate) => `TAR at FAR ${rate}`),
    'Threshold',
  ];
  const rows = results.map((result) => [
    name(seriesName(result)),
    `${percent(result.accuracy)} ± ${percent(result.standardError)}`,
    result.auc.toFixed(5),
    percent(result.eer),
    ...rates.map((rate) => {
      const tar = result.tarAtFar.find(({ far }) => far === rate)?.tar;
      return typeof tar === 'number' ? percent(tar) : '–';
    }),
    result.threshold.toFixed(4),
  ]);
  return table('Measures', header, rows);
}

/** Renders ROC and DET of all results, side by side if there is room. */
export function curveSection(results: readonly VerificationResult[], plots: Plots): Html {
  const drawn = results.filter(({ scores }) => scores !== undefined);
  if (drawn.length === 0) return html``;
  return html`<section aria-labelledby="curves"><h2 id="curves">Operating points</h2>${legend(drawn)}
<div class="pair"><figure>${plots.roc(drawn)}<figcaption>ROC. The axis begins at one impostor pair in all; dots are the rates in the table.</figcaption></figure>
<figure>${plots.det(drawn)}<figcaption>DET. Lower is better; on the dotted line both errors are equal, on the lower edge no genuine pair is rejected.</figcaption></figure></div>
${behind('Rates and thresholds as a table', seriesTable('Rates and thresholds', ['FAR (FMR)', 'TAR', 'FRR (FNMR)', 'Threshold', 'False accepts'], results, rateRows))}</section>`;
}

const legend = (results: readonly VerificationResult[]): Html =>
  results.length === 1
    ? html``
    : html`<ul class="legend">${results.map((result, index) => html`<li><span class="swatch" style="--colour: var(--series-${index % 6})"></span>${name(seriesName(result))}</li>`)}</ul>`;

const rateRows = ({ tarAtFar }: VerificationResult) =>
  tarAtFar.map(({ far, tar, threshold, falseAccepts, impostors }) => [
    far,
    tar === null ? '–' : percent(tar),
    tar === null ? '–' : percent(1 - tar),
    threshold?.toFixed(4) ?? '–',
    falseAccepts === null ? `– of ${impostors}` : `${falseAccepts} of ${impostors}`,
  ]);

/**
 * Renders a table with the rows of every result. If there are several results, each row begins with the result's
 * name.
 */
function seriesTable(
  label: string,
  header: readonly string[],
  results: readonly VerificationResult[],
  rowsOf: (result: VerificationResult) => (string | number)[][],
): Html {
  if (results.length === 1) return table(label, header, rowsOf(results[0]!));
  const rows = results.flatMap((result) => rowsOf(result).map((row) => [name(seriesName(result)), ...row]));
  return table(label, ['Model', ...header], rows);
}

/** Renders histograms of the distances of genuine and impostor pairs. */
export function histogramSection(results: readonly VerificationResult[], plots: Plots): Html {
  const drawn = results.filter(({ scores }) => scores !== undefined);
  if (drawn.length === 0) return html``;
  return html`<section aria-labelledby="scores"><h2 id="scores">Distances</h2>
<ul class="legend"><li><span class="swatch block" style="--colour: var(--genuine)"></span>genuine pairs</li><li><span class="swatch block" style="--colour: var(--impostor)"></span>impostor pairs</li></ul>
${drawn.map((result) => histogram(result, plots))}</section>`;
}

function histogram(result: VerificationResult, plots: Plots): Html {
  const rows = binnedScores(result.scores!, 20).map(({ from, to, genuine, impostors }) => [
    `${from.toFixed(3)} – ${to.toFixed(3)}`,
    genuine,
    impostors,
  ]);
  return html`<figure class="wide">${plots.histogram(result)}<figcaption>${name(seriesName(result))}: ${result.distance}; pairs below the threshold ${result.threshold.toFixed(4)} are accepted.</figcaption></figure>
${behind('Counts as a table', table('Distances', ['Distance', 'Genuine', 'Impostor'], rows))}`;
}

/** Renders the accuracy of each fold. */
export function foldSection(results: readonly VerificationResult[], plots: Plots): Html {
  const rows = ({ folds }: VerificationResult) =>
    folds.map(({ fold, pairs, accuracy, threshold }) => [
      fold + 1,
      pairs,
      percent(accuracy),
      threshold.toFixed(4),
    ]);
  return html`<section aria-labelledby="folds"><h2 id="folds">Folds</h2>${legend(results)}
<figure>${plots.folds(results)}<figcaption>Each fold is judged by the threshold of the others; lines are the means.</figcaption></figure>
${behind('Folds as a table', seriesTable('Folds', ['Fold', 'Pairs', 'Accuracy', 'Threshold'], results, rows))}</section>`;
}

/** Renders the notes. */
export function noteSection(results: readonly VerificationResult[]): Html {
  const lines = results.flatMap((result) => [
    ...(result.official ? [] : ['Not the official score.']).map((text) => ({ result, text })),
    ...result.notes.map((text) => ({ result, text })),
    ...(result.scores ? [] : ['Drawn without curves: the evaluation did not keep its pairs’ scores.']).map(
      (text) => ({
        result,
        text,
      }),
    ),
  ]);
  if (lines.length === 0) return html``;
  return html`<section aria-labelledby="notes"><h2 id="notes">Notes</h2><ul class="notes">${lines.map(({ result, text }) => html`<li>${results.length > 1 && html`${name(seriesName(result))}: `}${name(text)}</li>`)}</ul></section>`;
}
