import { createSession, type Session, type SessionOptions } from '@hm/onnx/session';
import { checkArguments, checkOptions, type HostTensor, hostTensor } from '@hm/tensor/host';
import { assertGallery, assertProbes } from './assert-search.ts';
import type { GalleryIndex, Matches } from './gallery-index.ts';
import { mergeMatches, noMatches } from './merge-matches.ts';
import { searchGraph } from './search-graph.ts';
import { inverseLength, unitRows } from './unit-rows.ts';

/** Number of gallery rows and of probes that are compared at once. Their similarities take 32 MB. */
const [GALLERY_ROWS, PROBE_ROWS] = [8192, 1024];

/** Options of {@link exactIndex}. */
export interface ExactIndexOptions extends Pick<SessionOptions, 'provider' | 'threads'> {
  /** True if the embeddings already have unit length, which saves half the time of a single probe. Default false. */
  areUnit?: boolean | undefined;
}

/**
 * Indexes a gallery for exhaustive search, by cosine similarity in float32. The embeddings, `[N, D]` of any length,
 * are used in place: besides them a search takes some tens of megabytes, whatever N is.
 *
 * @throws {InvalidArgumentError} if the gallery is empty.
 * @throws {NonFiniteError} if an embedding is not finite.
 * @throws {UnavailableError} if ONNX Runtime or the provider is not available.
 * @example
 * const index = await exactIndex(gallery, { threads: 2 });
 * const { rows, similarities } = await index.search(probes, 5);
 */
export async function exactIndex(
  gallery: HostTensor<'float32'>,
  options: ExactIndexOptions = {},
): Promise<GalleryIndex> {
  checkOptions('exactIndex', options, { areUnit: 'boolean', provider: 'string', threads: 'number' });
  checkArguments('exactIndex', { gallery }, { gallery: { has: ['shape', 'dtype'] } });
  assertGallery(gallery);
  const [size, dimensions] = gallery.shape as [number, number];
  for (let row = 0; row < size; row++) inverseLength(gallery.data, row, dimensions);
  const { areUnit, ...sessionOptions } = options;
  const session = await createSession(searchGraph(dimensions, areUnit), sessionOptions);
  return {
    size,
    dimensions,
    async search(probes, top = 10) {
      assertProbes(probes, dimensions, top);
      return searchWhole(session, gallery, unitRows(probes), Math.min(top, size));
    },
    release: () => session.release(),
  };
}

async function searchWhole(
  session: Session,
  gallery: HostTensor<'float32'>,
  probes: HostTensor<'float32'>,
  top: number,
): Promise<Matches> {
  const found = noMatches(probes.shape[0]!, top);
  for (const rows of piecesOf(gallery, GALLERY_ROWS)) {
    const k = hostTensor('int64', [1], BigInt64Array.of(BigInt(Math.min(top, rows.tensor.shape[0]!))));
    for (const part of piecesOf(probes, PROBE_ROWS)) {
      const { similarities, places } = await session.run({ probes: part.tensor, gallery: rows.tensor, k });
      mergeMatches(found, part.start, rows.start, similarities!, places!);
    }
  }
  return found;
}

/** Yields blocks of consecutive rows, without copying. */
function* piecesOf({ data, shape }: HostTensor<'float32'>, rows: number) {
  const [count, size] = shape as [number, number];
  for (let start = 0; start < count; start += rows) {
    const end = Math.min(start + rows, count);
    yield {
      start,
      tensor: hostTensor('float32', [end - start, size], data.subarray(start * size, end * size)),
    };
  }
}
