import type { VerificationProtocol } from '@hm/datasets';
import { decodeImage } from '#decode';
import type { PairScore, VerificationResult } from '../verification/verification-result.ts';
import { type Html, html, name } from './html.ts';
import { seriesName } from './sections.ts';

/** Renders the hardest genuine and impostor pairs of every result that has scores. */
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

const SIDE = 96;

/** Makes small JPEG thumbnails of the images in the pairs, as `data:` URLs by name. */
async function thumbnails(
  pairs: HardestPairs,
  { images }: VerificationProtocol,
): Promise<Map<string, string>> {
  const { default: sharp } = await import('sharp');
  const byId = new Map(images.map((image) => [image.id, image]));
  const names = [...pairs.genuine, ...pairs.impostors].flatMap(({ first, second }) => [first, second]);
  const found = new Map<string, string>();
  for (const name of new Set(names)) {
    const image = byId.get(name) ?? byId.get(name.replace(/ \(\d+ images\)$/, ''));
    if (image === undefined) continue;
    const { pixels, ...raw } = await decodeImage(image, { name });
    const jpeg = await sharp(pixels, { raw: { ...raw, channels: 3 } })
      .resize(SIDE, SIDE, { fit: 'inside' })
      .jpeg({ quality: 80 })
      .toBuffer();
    found.set(name, `data:image/jpeg;base64,${jpeg.toString('base64')}`);
  }
  return found;
}

/** The hardest pairs for a model: of one person and far apart, or of two people and close. */
interface HardestPairs {
  genuine: PairScore[];
  impostors: PairScore[];
}

/** Returns the `count` hardest pairs of either kind, hardest first. */
export function hardestPairs(scores: readonly PairScore[], count: number): HardestPairs {
  const kind = (same: boolean) => scores.filter((pair) => pair.same === same);
  const hardest = (pairs: PairScore[], order: (a: PairScore, b: PairScore) => number) =>
    pairs.sort(order).slice(0, count);
  return {
    genuine: hardest(kind(true), (a, b) => b.distance - a.distance),
    impostors: hardest(kind(false), (a, b) => a.distance - b.distance),
  };
}
