import type { VerificationProtocol } from '@hm/datasets';
import type { PairScore, VerificationResult } from '../verification/verification-result.ts';
import { hardestPairs } from './hardest-pairs.ts';
import { type Html, html, name } from './html.ts';
import { seriesName } from './sections.ts';
import { thumbnails } from './thumbnails.ts';

/** The hardest genuine and impostor pairs of every result that kept its scores. */
export async function hardestSection(
  results: readonly VerificationResult[],
  count: number,
  pictures: VerificationProtocol | undefined,
): Promise<Html> {
  const parts = await Promise.all(
    results.map(async (result) => {
      if (result.scores === undefined) return html``;
      const pairs = hardestPairs(result.scores, count);
      const images = pictures === undefined ? new Map<string, string>() : await thumbnails(pairs, pictures);
      return html`${results.length > 1 && html`<h3>${name(seriesName(result))}</h3>`}<div class="pair">
${list('Genuine pairs, farthest apart first', pairs.genuine, images)}${list('Impostor pairs, closest first', pairs.impostors, images)}</div>`;
    }),
  );
  if (results.every(({ scores }) => scores === undefined)) return html``;
  return html`<section aria-labelledby="hardest"><h2 id="hardest">Hardest pairs</h2>${parts}</section>`;
}

const list = (title: string, pairs: readonly PairScore[], images: ReadonlyMap<string, string>): Html =>
  html`<div><h3>${title}</h3><ol class="hardest">${pairs.map((pair) => item(pair, images))}</ol></div>`;

function item(
  { first, second, same, accepted, distance }: PairScore,
  images: ReadonlyMap<string, string>,
): Html {
  const picture = (id: string) =>
    images.has(id) && html`<img src="${images.get(id)}" alt="${id}" width="64" height="64">`;
  const verdict =
    same === accepted
      ? html`<span class="tag right">right</span>`
      : html`<span class="tag wrong">wrong</span>`;
  return html`<li>${picture(first)}${picture(second)}<span>${name(first)} <span class="quiet">and</span> ${name(second)}<br><span class="quiet">distance ${distance.toFixed(4)}</span> ${verdict}</span></li>`;
}
