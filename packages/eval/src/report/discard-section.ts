import type { VerificationResult } from '../verification/verification-result.ts';
import { type Html, html, name } from './html.ts';
import type { Plots } from './plots.ts';
import { behind, table } from './tables.ts';

/** Renders the error rates as pairs of low quality are discarded. */
export function discardSection(results: readonly VerificationResult[], plots: Plots): Html {
  const drawn = results.filter(({ errorVersusDiscard }) => errorVersusDiscard !== undefined);
  if (drawn.length === 0) return html``;
  return html`<section aria-labelledby="quality"><h2 id="quality">Quality</h2>${drawn.map((result) => curveOf(result, plots))}</section>`;
}

function curveOf(result: VerificationResult, plots: Plots): Html {
  const { quality, threshold, points } = result.errorVersusDiscard!;
  const rows = points.map(({ discarded, falseNonMatchRate, falseMatchRate }) => [
    percent(discarded),
    percent(falseNonMatchRate),
    percent(falseMatchRate),
  ]);
  const what = quality === 'given' ? 'the quality that its image was given' : 'the length of its embedding';
  return html`<figure>${plots.discard(result)}<figcaption>${name(result.model)}: errors at the threshold ${threshold.toFixed(4)} as the pairs of the least quality are discarded, judged by ${what}, of the worse image. A quality that tells nothing gives level lines.</figcaption></figure>
${behind('Rates as a table', table('Errors by discarded pairs', ['Discarded', 'FNMR', 'FMR'], rows))}`;
}

const percent = (rate: number) => `${Number((100 * rate).toPrecision(3))} %`;
