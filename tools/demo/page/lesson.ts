import type { Person, Preprocessing } from '@hm/datasets/browser';
import type { TrainEvent } from '@hm/train/browser';

/** The training that the page asks the worker to do. */
export interface Lesson {
  /** The run's name in this browser's storage. */
  run: string;
  /** ONNX file of the network to fine-tune. */
  model: Uint8Array;
  /** Preprocessing of the network's images. */
  preprocessing: Preprocessing;
  /** People with their aligned faces. */
  persons: Person[];
  /** Number of epochs. */
  epochs: number;
  /** The loss in short form, such as `hm-arcface`. */
  loss: string;
}

/** A message from the worker. */
export type Told =
  | { kind: 'event'; event: TrainEvent }
  | { kind: 'taught'; model: Uint8Array }
  | { kind: 'failed'; reason: string };
