import type { Person, Preprocessing } from '@hm/datasets/browser';
import type { TrainEvent } from '@hm/train/browser';

/** What the worker is to train. */
export interface Lesson {
  /** The run's name in this browser's storage. */
  run: string;
  model: Uint8Array;
  preprocessing: Preprocessing;
  /** With aligned faces. */
  persons: Person[];
  epochs: number;
  loss: string;
}

/** What the worker tells. */
export type Told =
  | { kind: 'event'; event: TrainEvent }
  | { kind: 'taught'; model: Uint8Array }
  | { kind: 'failed'; reason: string };
