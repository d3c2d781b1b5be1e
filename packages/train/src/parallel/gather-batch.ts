import { allReduce } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Place } from './place-of.ts';

/** The parts of a batch that ranks hold, one behind the other: `[B/N, …]` on each to `[B, …]` on all. Has a gradient. */
export function gatherBatch<T extends tf.Tensor>(part: T, { rank, count }: Place): T {
  const size = part.shape[0]!;
  const paddings = part.shape.map((): [number, number] => [0, 0]);
  paddings[0] = [rank * size, (count - 1 - rank) * size];
  return tf.tidy(() => {
    // Among zeros, a sum puts the parts where they belong.
    const whole = allReduce(tf.pad(tf.cast(part, 'float32'), paddings));
    return tf.cast(whole, part.dtype as 'float32') as unknown as T;
  });
}
