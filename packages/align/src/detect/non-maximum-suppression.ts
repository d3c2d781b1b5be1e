import type { Candidate } from './box.ts';

/**
 * Keeps boxes in order of score and drops each one that overlaps a kept one by more than `threshold`. The overlap is
 * the intersection over the union, or over the smaller area (`min`), with widths `x2 - x1 + 1`.
 *
 * @returns The indices of the kept boxes, best first; of equal scores the earlier box wins.
 */
export function nonMaximumSuppression(
  boxes: readonly Candidate[],
  threshold: number,
  over: 'union' | 'min' = 'union',
): number[] {
  const order = boxes.map((_, index) => index).sort((a, b) => boxes[b]!.score - boxes[a]!.score || a - b);
  const kept: number[] = [];
  for (const index of order) {
    const box = boxes[index]!;
    if (kept.every((other) => overlap(boxes[other]!, box, over) <= threshold)) kept.push(index);
  }
  return kept;
}

function overlap(a: Candidate, b: Candidate, over: 'union' | 'min'): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1) + 1;
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1) + 1;
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (over === 'min' ? Math.min(area(a), area(b)) : area(a) + area(b) - shared);
}

const area = ({ x1, y1, x2, y2 }: Candidate): number => (x2 - x1 + 1) * (y2 - y1 + 1);
