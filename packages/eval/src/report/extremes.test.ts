import { hostTensor } from '@hm/tensor/host';
import { describe, expect, test } from 'vitest';
import { scoreEmbeddings } from '../verification/score-embeddings.ts';
import { toHtml } from './to-html.ts';

/** Four images on the unit circle, at these angles; pairs 0-1 and 2-3 are genuine, and every fold has all pairs. */
function scored(angles: readonly [number, number, number, number], folds: number) {
  const embeddings = hostTensor(
    'float32',
    [4, 2],
    Float32Array.from(angles.flatMap((a) => [Math.cos(a), Math.sin(a)])),
  );
  const images = angles.map((_, k) => ({ id: `${k}`, pixels: new Uint8Array(3), height: 1, width: 1 }));
  const pairs = Array.from({ length: folds }, (_, fold) =>
    [
      [0, 1],
      [2, 3],
      [0, 2],
      [1, 3],
    ].map(([first, second], k) => ({ first: first!, second: second!, same: k < 2, fold })),
  ).flat();
  const protocol = { name: 'four', images, pairs, folds, official: true, notes: [] };
  const options = { scores: true, ...(folds === 1 ? { threshold: 1 } : {}) };
  return scoreEmbeddings(embeddings, protocol, { model: 'circle' }, options);
}

describe('a page has no number that is none', () => {
  test.each<[string, [number, number, number, number], number]>([
    ['all right', [0, 0.1, 3, 3.1], 3],
    ['all wrong', [0, 3, 0, 3], 3],
    ['all distances equal', [0, 0, 0, 0], 2],
    ['one fold', [0, 0.1, 3, 3.1], 1],
  ])('%s', async (_, angles, folds) => {
    const html = await toHtml(scored(angles, folds));
    expect(html.match(/<svg/g)).toHaveLength(4);
    expect(html).not.toMatch(/NaN|Infinity|undefined|null/);
  });
});
