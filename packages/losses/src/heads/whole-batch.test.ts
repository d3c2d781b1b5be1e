import '../testing/evaluate.ts';
import { flattenParams, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type HeadOptions, headByName, lossNames } from '../head-shorthand.ts';

const SIZE = { classes: 6, embeddingSize: 12 };
const rng = Rng.of('whole batch');
/** The first half is harder, so that what is hard in a part is not hard in the whole. */
const embeddings = tf.tensor2d(
  Array.from({ length: 8 }, (_, i) => Array.from({ length: 12 }, () => (i < 4 ? 30 : 3) * rng.normal())),
);
const labels = tf.tensor1d([0, 1, 0, 1, 2, 3, 2, 3], 'int32');

const cases: [string, HeadOptions][] = [
  ...lossNames.flatMap((name): [string, HeadOptions][] => [
    [name, {}],
    [`hm-${name}`, {}],
  ]),
  ['hm-ce', { 'hard-mining': { over: 'batch', steepness: 1 } }],
  ...[
    'focal-arcface',
    'ohem-hm-ce',
    'adaptive-ce',
    'ce+center',
    'ce+minimum-margin',
    'hm-(arcface+triplet)',
  ].map((name): [string, HeadOptions] => [name, {}]),
];

describe.each(cases)('%s %o', (name, options) => {
  const head = headByName(name, options);

  const run = (start: number, size: number) =>
    tf.tidy(() => {
      const params = head.init(Rng.of(3), SIZE);
      const statistics = head.initStatistics?.(Rng.of(3), SIZE);
      const part = [tf.slice(embeddings, [start, 0], [size, 12]), tf.slice(labels, start, size)] as const;
      const { losses, statistics: after = {} } = head.losses(params, ...part, 0, statistics);
      const learned = Object.values(flattenParams(after)).flatMap((value) => [...value.dataSync()]);
      return { losses: [...losses.dataSync()], learned };
    });

  it('gives of parts of a batch the losses of the whole, unless it says that it needs that', () => {
    const [whole, first, second] = [run(0, 8), run(0, 4), run(4, 4)];
    const found = [...first.losses, ...second.losses, ...first.learned];
    const wanted = [...whole.losses, ...whole.learned];
    const differs = wanted.some(
      (value, i) => Math.abs(value - found[i]!) > 1e-5 * Math.max(1, Math.abs(value)),
    );
    expect(head.needsWholeBatch ?? false).toBe(differs);
  });
});
