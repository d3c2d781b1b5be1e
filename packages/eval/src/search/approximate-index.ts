import { checkArguments, checkOptions, type HostTensor, importOptional } from '@hm/tensor/host';
import type { Index } from 'usearch';
import { assertGallery, assertProbes } from './assert-search.ts';
import type { GalleryIndex, Matches } from './gallery-index.ts';
import { noMatches } from './merge-matches.ts';
import { unitRows } from './unit-rows.ts';

/** Options of {@link approximateIndex} (HNSW). Greater numbers find more and take longer. */
export interface ApproximateIndexOptions {
  /** Neighbours of each embedding in the graph. Default 16. */
  connectivity?: number | undefined;
  /** Candidates while the graph is built. Default 128. */
  buildEffort?: number | undefined;
  /** Candidates of a search. Default 64. */
  searchEffort?: number | undefined;
  /** Default: one per core. */
  threads?: number | undefined;
}

/**
 * A gallery that is searched through a graph of neighbours (HNSW, by the npm package `usearch`): far faster than
 * {@link exactIndex} for few probes, at the price of misses and of minutes to build. Holds a copy of the embeddings.
 *
 * @throws {UnavailableError} if `usearch` is not installed.
 * @throws {InvalidArgumentError} if there is no embedding.
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

/** Of one probe `counts` is left out. */
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
