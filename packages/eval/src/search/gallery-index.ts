import type { HostTensor } from '@hm/tensor/host';

/** Hits of each probe, best first. */
export interface Matches {
  /** Found for each probe: as many as were asked for, or all there are. */
  top: number;
  /** Rows of the gallery, `[probes, top]`; -1 where an approximate search found fewer. */
  rows: Int32Array;
  /** Cosine similarities, `[probes, top]`, never rising within a probe. */
  similarities: Float32Array;
}

/** A gallery that can be searched. */
export interface GalleryIndex {
  /** Number of embeddings. */
  readonly size: number;
  /** D. */
  readonly dimensions: number;
  /**
   * The most similar rows for each probe, float32 `[P, D]` of any length.
   *
   * @throws {InvalidArgumentError} if the probes have another D, or `top` is no positive whole number.
   * @throws {NonFiniteError} if a probe is not finite.
   */
  search(probes: HostTensor<'float32'>, top?: number): Promise<Matches>;
  /** Frees what the index holds. */
  release(): Promise<void>;
}
