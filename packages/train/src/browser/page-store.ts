import type { Newest } from '../checkpoint-folder.ts';
import type { CheckpointStore } from '../loop/checkpoints.ts';

/** Where a page keeps the checkpoints of one run. */
export interface PageStore extends CheckpointStore {
  /** Of the run, by which tabs keep out of each other's way. Default: no such lock. */
  readonly name?: string;
  /** The newest one that can be read; `checkpoint` is undefined if there is none. */
  newest(): Promise<Newest>;
  /** A checkpoint as a file that Node's runs read; undefined if there is none. */
  bytes(which?: 'newest' | 'best'): Promise<Uint8Array | undefined>;
  /** Forgets the run. */
  remove(): Promise<void>;
}
