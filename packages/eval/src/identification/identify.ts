import { checkArguments, checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import { exactIndex } from '../search/exact-index.ts';
import type { GalleryIndex, Matches } from '../search/gallery-index.ts';
import { assertLabels, type LabeledEmbeddings } from './labeled-embeddings.ts';
import { type TpirAtFpir, tpirAtFpir } from './open-set.ts';

/** Options of {@link identify}. */
export interface IdentifyOptions {
  /** Last rank of the CMC. Default 20. */
  ranks?: number | undefined;
  /** False positive identification rates to report. Default 0.1, 0.01, 0.001. */
  rates?: readonly number[] | undefined;
  /** Number of threads for the exact search. */
  threads?: number | undefined;
  /** Existing index over the gallery, for example an approximate one. It is not released. */
  index?: GalleryIndex | undefined;
}

/** Result of {@link identify}. */
export interface IdentificationResult {
  /** Number of embeddings in the gallery, including distractors. */
  gallery: number;
  /** Number of distractors in the gallery. */
  distractors: number;
  /** Number of probes whose person is in the gallery. */
  mated: number;
  /** Number of probes whose person is not in the gallery. */
  nonMated: number;
  /**
   * Cumulative match characteristic: `cmc[r - 1]` is the share of mated probes whose person is among the first r
   * people. Empty without mated probes.
   */
  cmc: number[];
  /** Open-set rates; empty without probes whose person is absent. */
  tpirAtFpir: TpirAtFpir[];
  notes: string[];
}

/**
 * Evaluates 1:N identification: whether the person of each probe is found in a gallery, closed set (CMC, rank-k) and
 * open set (TPIR at FPIR), by cosine similarity. Several embeddings of one person count as one candidate, with the
 * best of their similarities.
 *
 * @throws {InvalidArgumentError} if labels are missing or the embeddings do not fit each other.
 * @throws {NonFiniteError} if an embedding is not finite.
 * @example
 * const { cmc } = await identify({ embeddings, labels }, { embeddings: probes, labels: people });
 * console.log(`rank 1: ${cmc[0]}`);
 */
export async function identify(
  gallery: LabeledEmbeddings,
  probes: LabeledEmbeddings,
  options: IdentifyOptions = {},
): Promise<IdentificationResult> {
  checkOptions('identify', options, { ranks: 'number', rates: 'array', threads: 'number', index: 'object' });
  checkArguments(
    'identify',
    { gallery, probes },
    { gallery: { has: ['embeddings', 'labels'] }, probes: { has: ['embeddings', 'labels'] } },
  );
  const { ranks = 20, rates = [0.1, 0.01, 0.001], threads } = options;
  assertLabels('identify', 'gallery', gallery);
  assertLabels('identify', 'probes', probes);
  if (!Number.isInteger(ranks) || ranks < 1) throw badRanks(ranks);
  const index =
    options.index ?? (await exactIndex(gallery.embeddings, threads === undefined ? {} : { threads }));
  try {
    const top = Math.min(index.size, ranks * mostOfOne(gallery.labels));
    const matches = await index.search(probes.embeddings, top);
    return summarize(gallery, probes, ranksOf(matches, gallery.labels, probes.labels), matches, ranks, rates);
  } finally {
    if (options.index === undefined) await index.release();
  }
}

function summarize(
  gallery: LabeledEmbeddings,
  probes: LabeledEmbeddings,
  found: readonly number[],
  { similarities, top }: Matches,
  ranks: number,
  rates: readonly number[],
): IdentificationResult {
  const known = new Set(gallery.labels);
  const isMated = probes.labels.map((label) => label !== null && known.has(label));
  const best = (probe: number) => similarities[probe * top]!;
  const mated = found.filter((_, probe) => isMated[probe]);
  const nonMated = found.length - mated.length;
  const mates = found.flatMap((rank, probe) =>
    isMated[probe] ? [rank === 1 ? best(probe) : Number.NEGATIVE_INFINITY] : [],
  );
  const alarms = found.flatMap((_, probe) => (isMated[probe] ? [] : [best(probe)]));
  const openSet = nonMated > 0 ? tpirAtFpir(Float32Array.from(mates), Float32Array.from(alarms), rates) : [];
  const within = (rank: number) => mated.filter((place) => place <= rank).length / mated.length;
  return {
    gallery: gallery.labels.length,
    distractors: gallery.labels.filter((label) => label === null).length,
    mated: mated.length,
    nonMated,
    cmc: mated.length > 0 ? Array.from({ length: ranks }, (_, k) => within(k + 1)) : [],
    tpirAtFpir: openSet,
    notes: notesOf(openSet),
  };
}

/** Returns the rank of each probe's person among the people found, from 1; infinite if it was not found. */
function ranksOf(
  { rows, top }: Matches,
  gallery: LabeledEmbeddings['labels'],
  people: LabeledEmbeddings['labels'],
): number[] {
  return people.map((person, probe) => {
    if (person === null) return Number.POSITIVE_INFINITY;
    const seen = new Set<unknown>();
    for (let place = probe * top; place < (probe + 1) * top && rows[place]! >= 0; place++) {
      const label = gallery[rows[place]!]!;
      if (label === person) return seen.size + 1;
      seen.add(label ?? `distractor ${rows[place]}`);
    }
    return Number.POSITIVE_INFINITY;
  });
}

/** Largest number of embeddings of one person. */
function mostOfOne(labels: LabeledEmbeddings['labels']): number {
  const counts = new Map<unknown, number>();
  for (const label of labels) if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts.values()].reduce((most, count) => Math.max(most, count), 1);
}

function notesOf(openSet: readonly TpirAtFpir[]): string[] {
  const missing = openSet.filter(({ tpir }) => tpir === null);
  if (missing[0] === undefined) return [];
  const list = missing.map(({ fpir }) => fpir).join(', ');
  return [
    `TPIR at FPIR ${list} is not given: ${missing[0].nonMated} probes of absent people cannot resolve it.`,
  ];
}

const badRanks = (ranks: number) =>
  new InvalidArgumentError({
    where: 'identify',
    expected: 'ranks as a whole number of at least 1',
    received: ranks,
    fix: 'Ask for the ranks 1 to 20, for example.',
  });
