import { checkArguments, checkOptions, type HostTensor, importOptional } from '@hm/tensor/host';
import type { Index } from 'usearch';
import { assertGallery, assertProbes } from './assert-search.ts';
import type { GalleryIndex, Matches } from './gallery-index.ts';
import { noMatches } from './merge-matches.ts';
import { unitRows } from './unit-rows.ts';

/** Options of {@link approximateIndex} (HNSW). Larger numbers find more and take longer. */
export interface ApproximateIndexOptions {
  /** Number of neighbours of each embedding in the graph. Default 16. */
  connectivity?: number | undefined;
  /** Number of candidates while the graph is built. Default 128. */
  buildEffort?: number | undefined;
  /** Number of candidates in a search. Default 64. */
  searchEffort?: number | undefined;
  /** Number of threads. Default: one per core. */
  threads?: number | undefined;
}

/**
 * Indexes a gallery as a graph of neighbours (HNSW, from the npm package `usearch`). It is far faster than
 * {@link exactIndex} for few probes, but misses some matches and takes minutes to build. The index holds a copy of
 * the embeddings.
 *
 * @throws {UnavailableError} if `usearch` is not installed.
 * @throws {InvalidArgumentError} if the gallery is empty.
 * @throws {NonFiniteError} if an embedding is not finite.
 * @see Malkov and Yashunin, IEEE TPAMI 42, 2020
 * @example
 * const index = await approximateIndex(gallery, { searchEffort: 128 });
 */
export async function approximateIndex(
  gallery: HostTensor<'float32'>,
  options: ApproximateIndexOptions = {},
): Promise<GalleryIndex> {
  const {
    connectivity = 16,
    buildEffort = 128,
    searchEffort = 64,
    threads = 0,
  } = checkOptions('approximateIndex', options, {
    ...{ connectivity: 'number', buildEffort: 'number', searchEffort: 'number', threads: 'number' },
  });
  checkArguments('approximateIndex', { gallery }, { gallery: { has: ['shape', 'dtype'] } });
  assertGallery(gallery);
  const [size, dimensions] = gallery.shape as [number, number];
  const { Index, MetricKind, ScalarKind } = await loadUsearch();
  const index = new Index({
    dimensions,
    metric: MetricKind.IP,
    quantization: ScalarKind.F32,
    connectivity,
    expansion_add: buildEffort,
    expansion_search: searchEffort,
    multi: false,
  });
  index.add(
    BigUint64Array.from({ length: size }, (_, row) => BigInt(row)),
    unitRows(gallery).data,
    threads,
  );
  return {
    size,
    dimensions,
    search: async (probes, top = 10) => {
      assertProbes(probes, dimensions, top);
      return searchGraph(index, unitRows(probes), Math.min(top, size), threads);
    },
    async release() {},
  };
}

function searchGraph(index: Index, probes: HostTensor<'float32'>, top: number, threads: number): Matches {
  const found = index.search(probes.data, top, threads) as SearchResult;
  const matches = noMatches(probes.shape[0]!, top);
  for (let probe = 0; probe < probes.shape[0]!; probe++) {
    const count = Number(found.counts?.[probe] ?? found.keys.length);
    for (let place = probe * top; place < probe * top + count; place++) {
      matches.rows[place] = Number(found.keys[place]);
      matches.similarities[place] = 1 - found.distances[place]!;
    }
  }
  return matches;
}

/** Result of usearch. `counts` is missing if there was only one probe. */
interface SearchResult {
  keys: BigUint64Array;
  distances: Float32Array;
  counts?: BigUint64Array;
}

const loadUsearch = () =>
  importOptional(() => import('usearch'), {
    where: 'approximateIndex',
    name: 'usearch',
    fix: 'Run `npm install usearch`, or use exactIndex, which needs nothing.',
  });
