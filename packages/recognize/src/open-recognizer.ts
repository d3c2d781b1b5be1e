import type { AlignImagesOptions } from '@hm/align';
import {
  type EmbedderOptions,
  type EmbeddingTable,
  exactIndex,
  type Flip,
  loadEmbedder,
  pairDistances,
  probabilityOf,
} from '@hm/eval';
import { type HostTensor, hostTensor, InvalidDataError } from '@hm/tensor/host';
import { facesOf, type MissingFace } from './faces-of.ts';
import { thresholdOf, type VerdictOptions } from './threshold-of.ts';

/** How photographs become embeddings. */
export interface RecognizerOptions
  extends EmbedderOptions,
    Pick<AlignImagesOptions, 'prefer' | 'border' | 'workers'> {
  /** The photographs are aligned to the model's template already: no face is looked for. Default false. */
  aligned?: boolean | undefined;
  /** Default `off`. */
  flip?: Flip | undefined;
}

/** Whether two photographs show one person. */
export interface Verdict {
  /** Cosine of the embeddings, from -1 to 1. */
  similarity: number;
  /** `similarity ≥ threshold`. */
  same: boolean;
  threshold: number;
  /** Of the same person, as pairs were in the calibration; null without one. */
  probability: number | null;
}

/** Someone in a gallery who looks like a probe. */
export interface Hit {
  id: string;
  similarity: number;
}

/** Embeddings, and photographs that gave none. */
export interface EmbeddedPhotographs extends EmbeddingTable {
  missing: MissingFace[];
}

/** A model for photographs as they are: finds the face, aligns it, embeds it. */
export interface Recognizer {
  /** The model's name. */
  readonly name: string;
  readonly embeddingSize: number;
  /**
   * Embeds photographs while the next ones are decoded and aligned in other threads. A photograph without a face, or one
   * that cannot be decoded, is in `missing`.
   */
  embed(
    paths: readonly string[],
    onProgress?: (done: number, total: number) => void,
  ): Promise<EmbeddedPhotographs>;
  /**
   * Compares two photographs.
   *
   * @throws {InvalidDataError} if one shows no face or cannot be decoded.
   * @throws {InvalidArgumentError} if there is no threshold.
   */
  compare(first: string, second: string, options: VerdictOptions): Promise<Verdict>;
  /**
   * The people of a gallery who are most like the one in each photograph, best first.
   *
   * @throws {InvalidDataError} if a photograph shows no face or cannot be decoded.
   */
  search(gallery: EmbeddingTable, probes: readonly string[], top?: number): Promise<Hit[][]>;
  /** Frees the network. */
  release(): Promise<void>;
}

/**
 * Opens a face-embedding network for photographs.
 *
 * @throws as {@link loadEmbedder}.
 * @example
 * const recognizer = await openRecognizer('face.onnx');
 * const { same, similarity } = await recognizer.compare('ada.jpg', 'grace.jpg', { threshold: 0.4 });
 */
export async function openRecognizer(
  model: string | Uint8Array,
  options: RecognizerOptions = {},
): Promise<Recognizer> {
  const { aligned = false, flip = 'off', prefer, border, workers, ...embedderOptions } = options;
  const embedder = await loadEmbedder(model, embedderOptions);
  const alignment = { ...(prefer && { prefer }), ...(border !== undefined && { border }) };
  const threads = workers === undefined ? {} : { workers };
  const embed: Recognizer['embed'] = async (paths, onProgress) => {
    const ids: string[] = [];
    const missing: MissingFace[] = [];
    const parts: Float32Array[] = [];
    let width = 0;
    const settings = {
      ...alignment,
      ...(paths.length < 8 && workers === undefined ? { workers: 0 } : threads),
    };
    for await (const { faces, lost, done } of facesOf(paths, aligned, embedder.preprocessing, settings)) {
      missing.push(...lost);
      ids.push(...faces.map(({ id }) => id!));
      const { data, shape } = await embedder.embed(faces, { flip });
      parts.push(data);
      width = shape[1]!;
      onProgress?.(done, paths.length);
    }
    return { ids, embeddings: joined(parts, ids.length, width), missing };
  };
  return {
    name: embedder.name,
    embeddingSize: embedder.embeddingSize * (flip === 'concat' ? 2 : 1),
    embed,
    async compare(first, second, verdict) {
      const threshold = thresholdOf(verdict);
      const embeddings = allFound(await embed(first === second ? [first] : [first, second]));
      const pair = [{ first: 0, second: embeddings.shape[0]! - 1 }];
      const distance = pairDistances(embeddings, pair, 'cosine')[0]!;
      const probability = verdict.calibration ? probabilityOf(verdict.calibration, distance) : null;
      return { similarity: 1 - distance, same: 1 - distance >= threshold, threshold, probability };
    },
    async search({ ids, embeddings }, probes, top = 5) {
      const index = await exactIndex(embeddings);
      try {
        const found = await index.search(allFound(await embed(probes)), top);
        return probes.map((_, probe) => hitsOf(found, ids, probe));
      } finally {
        await index.release();
      }
    },
    release: () => embedder.release(),
  };
}

const hitsOf = (
  { top, rows, similarities }: { top: number; rows: Int32Array; similarities: Float32Array },
  ids: readonly string[],
  probe: number,
): Hit[] =>
  Array.from(rows.subarray(probe * top, (probe + 1) * top), (row, k) => ({
    id: ids[row]!,
    similarity: similarities[probe * top + k]!,
  }));

function joined(parts: readonly Float32Array[], rows: number, width: number): HostTensor<'float32'> {
  const data = new Float32Array(rows * width);
  let offset = 0;
  for (const part of parts) {
    data.set(part, offset);
    offset += part.length;
  }
  return hostTensor('float32', [rows, width], data);
}

function allFound({ embeddings, missing }: EmbeddedPhotographs): HostTensor<'float32'> {
  const [first] = missing;
  if (first === undefined) return embeddings;
  throw new InvalidDataError({
    where: first.path,
    expected: 'a photograph with a face',
    received: first.reason,
    fix: 'Take another photograph, or pass `aligned` (--aligned) for faces that are aligned already.',
    fields: { path: first.path },
  });
}
