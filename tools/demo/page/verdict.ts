import { element } from './element.ts';
import type { Thresholds } from './thresholds.ts';

/** Shows a similarity, its meaning if a threshold is known, and a warning if there is one. */
export function showVerdict(
  similarity: number,
  rate: Thresholds['rates'][number] | undefined,
  warning: string,
): void {
  const answer = element('answer');
  const same = rate && similarity > rate.similarity;
  answer.className = same === undefined ? '' : same ? 'same' : 'other';
  answer.textContent =
    same === undefined
      ? `Similarity ${similarity.toFixed(4)}`
      : same
        ? 'Accepted as one person'
        : 'Not accepted as one person';
  element('detail').textContent =
    rate === undefined ? withoutEvaluation : describe(similarity, rate) + warning;
  place(element('mark'), similarity);
  place(element('limit'), rate?.similarity);
  element('verdict').dataset.similarity = String(similarity);
  element('verdict').hidden = false;
}

const withoutEvaluation =
  'What it means depends on the model: add an evaluation of it (hm eval MODEL --out) for a verdict at a false accept rate.';

const describe = (
  similarity: number,
  { far, similarity: threshold, impostors }: Thresholds['rates'][number],
) =>
  `Similarity ${similarity.toFixed(4)}, accepted above ${threshold.toFixed(4)}: about ${far} of pairs of different people are above it, measured on ${impostors} such pairs.`;

/** Places a mark on the scale from similarity -1 on the left to 1 on the right. */
function place(mark: HTMLElement, similarity: number | undefined): void {
  mark.hidden = similarity === undefined;
  mark.style.left = `${50 + 50 * (similarity ?? 0)}%`;
}
