import type { VerificationProtocol } from '@hm/datasets';
import { checkArguments, checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import type { VerificationResult } from '../verification/verification-result.ts';
import { discardSection } from './discard-section.ts';
import { groupSection } from './group-section.ts';
import { hardestSection } from './hardest-section.ts';
import { type Html, html, name } from './html.ts';
import { page } from './page.ts';
import { loadPlots } from './plots.ts';
import { recipeSection } from './recipe-section.ts';
import {
  curveSection,
  foldSection,
  histogramSection,
  keyFigures,
  noteSection,
  seriesName,
} from './sections.ts';

/** Options of {@link toHtml}. */
export interface HtmlReportOptions {
  /** Title of the page. Default: the models and protocols. */
  title?: string | undefined;
  /** Number of hardest pairs to list of either kind. Default 12. */
  hardest?: number | undefined;
  /**
   * Protocol whose images are embedded as thumbnails of the hardest pairs. Default: none, so that a report can be
   * shared where the photographs may not be.
   */
  thumbnails?: VerificationProtocol | undefined;
}

/**
 * Formats results as one self-contained HTML page, without scripts. It has ROC and DET with a logarithmic FAR,
 * histograms of the distances, accuracy of each fold, the hardest pairs, the recipe and the notes. Curves, histograms
 * and pairs need results made with `scores: true`.
 *
 * @throws {InvalidArgumentError} if there are no results.
 * @throws {InvalidDataError} if an image for a thumbnail cannot be read.
 * @example
 * await writeFile('report.html', await toHtml(await verify(embedder, protocol, { scores: true })));
 */
export async function toHtml(
  results: VerificationResult | readonly VerificationResult[],
  options: HtmlReportOptions = {},
): Promise<string> {
  checkOptions('toHtml', options, { title: 'string', hardest: 'number', thumbnails: 'object' });
  checkArguments('toHtml', { results }, { results: 'object' });
  const all = [results].flat() as VerificationResult[];
  if (all.length === 0) throw nothing();
  const plots = await loadPlots();
  const title = options.title ?? (all.length === 1 ? seriesName(all[0]!) : `${all.length} evaluations`);
  return page(title, [
    html`<header><h1>${name(title)}</h1><p class="quiet">Face verification</p></header><main>`,
    ...all.map((result) => overview(result, all.length > 1)),
    noteSection(all),
    curveSection(all, plots),
    groupSection(all, plots),
    histogramSection(all, plots),
    discardSection(all, plots),
    foldSection(all, plots),
    await hardestSection(all, options.hardest ?? 12, options.thumbnails),
    recipeSection(all),
    html`</main>`,
  ]);
}

const overview = (result: VerificationResult, several: boolean): Html =>
  html`${several && html`<h2>${name(seriesName(result))}</h2>`}${keyFigures(result)}`;

const nothing = () =>
  new InvalidArgumentError({
    where: 'toHtml',
    expected: 'at least one result',
    received: 'none',
    fix: 'Pass what verify returned.',
  });
