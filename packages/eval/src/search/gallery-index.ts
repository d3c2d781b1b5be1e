import type { HostTensor } from '@hm/tensor/host';

/** Matches of each probe, best first. */
export interface Matches {
  /** Number of matches per probe: as many as requested, or the size of the gallery if smaller. */
  top: number;
  /** Rows of the gallery, `[probes, top]`; -1 if an approximate search found fewer. */
  rows: Int32Array;
  /** Cosine similarities, `[probes, top]`, in descending order for each probe. */
  similarities: Float32Array;
}

/** A searchable gallery. */
export interface GalleryIndex {
  /** Number of embeddings. */
  readonly size: number;
  /** Size of an embedding, D. */
  readonly dimensions: number;
  /**
   * Finds the most similar rows for each probe, float32 `[P, D]` of any length.
   *
   * @throws {InvalidArgumentError} if the probes have another D, or `top` is not a positive whole number.
   * @throws {NonFiniteError} if a probe is not finite.
   */
  search(probes: HostTensor<'float32'>, top?: number): Promise<Matches>;
  /** Frees the memory of the index. */
  release(): Promise<void>;
}
