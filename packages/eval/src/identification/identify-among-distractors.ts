import type { HostTensor } from '@hm/tensor/host';
import { checkArguments, checkOptions } from '@hm/tensor/host';
import { exactIndex } from '../search/exact-index.ts';
import type { GalleryIndex } from '../search/gallery-index.ts';
import { unitRows } from '../search/unit-rows.ts';
import type { IdentifyOptions } from './identify.ts';
import { assertLabels, type LabeledEmbeddings } from './labeled-embeddings.ts';

/** How often one photograph of a person is found by another among distractors. */
export interface DistractorResult {
  distractors: number;
  /** Number of ordered pairs of two photographs of one person. */
  trials: number;
  /**
   * Cumulative match characteristic: `cmc[r - 1]` is the share of trials with fewer than r distractors more similar
   * than the mate.
   */
  cmc: number[];
}

/**
 * Runs MegaFace's first challenge: every photograph of a person is the probe in turn, and every other one of that
 * person is in turn the only mate in a gallery of distractors. A distractor exactly as similar as the mate ranks
 * before it.
 *
 * @throws {InvalidArgumentError} if labels are missing or no person has two photographs.
 * @see Kemelmacher-Shlizerman et al., CVPR 2016
 * @example
 * const { cmc } = await identifyAmongDistractors({ embeddings, labels }, million, { threads: 2 });
 */
export async function identifyAmongDistractors(
  people: LabeledEmbeddings,
  distractors: HostTensor<'float32'>,
  options: Pick<IdentifyOptions, 'ranks' | 'threads' | 'index'> = {},
): Promise<DistractorResult> {
  const {
    ranks = 20,
    threads,
    index,
  } = checkOptions('identifyAmongDistractors', options, {
    ...{ ranks: 'number', threads: 'number', index: 'object' },
  });
  checkArguments(
    'identifyAmongDistractors',
    { people, distractors },
    { people: { has: ['embeddings', 'labels'] }, distractors: { has: ['shape', 'dtype'] } },
  );
  assertLabels('identifyAmongDistractors', 'people', people);
  const searched = index ?? (await exactIndex(distractors, threads === undefined ? {} : { threads }));
  try {
    const places = await placesOfMates(people, searched, ranks);
    const within = (rank: number) => places.filter((place) => place < rank).length / places.length;
    const cmc = Array.from({ length: places.length > 0 ? ranks : 0 }, (_, k) => within(k + 1));
    return { distractors: searched.size, trials: places.length, cmc };
  } finally {
    if (index === undefined) await searched.release();
  }
}

/** Returns for each trial the number of distractors that rank before the mate, at most `ranks`. */
async function placesOfMates(
  people: LabeledEmbeddings,
  index: GalleryIndex,
  ranks: number,
): Promise<number[]> {
  const unit = unitRows(people.embeddings);
  const { top, similarities } = await index.search(unit, ranks);
  return people.labels.flatMap((person, probe) => {
    const best = similarities.subarray(probe * top, (probe + 1) * top);
    return people.labels.flatMap((other, mate) => {
      if (mate === probe || person === null || other !== person) return [];
      const cosine = Math.fround(dot(unit, probe, mate));
      return [best.filter((similarity) => similarity >= cosine).length];
    });
  });
}

function dot({ data, shape }: HostTensor<'float32'>, a: number, b: number): number {
  const size = shape[1]!;
  let sum = 0;
  for (let k = 0; k < size; k++) sum += data[a * size + k]! * data[b * size + k]!;
  return sum;
}
