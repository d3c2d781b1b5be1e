import type { CheckpointStore } from '../loop/checkpoints.ts';
import type { Newest } from '../run-folder/checkpoint-folder.ts';

/** Store for the checkpoints of one run in a page. */
export interface PageStore extends CheckpointStore {
  /** Name of the run, which keeps two tabs from training it at once. Default: no such lock. */
  readonly name?: string;
  /** Reads the newest checkpoint that can be read; `checkpoint` is undefined if there is none. */
  newest(): Promise<Newest>;
  /** Returns a checkpoint as a file that Node's runs can read; undefined if there is none. */
  bytes(which?: 'newest' | 'best'): Promise<Uint8Array | undefined>;
  /** Deletes the run. */
  remove(): Promise<void>;
}
