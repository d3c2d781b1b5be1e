import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from '../core/check.ts';
import { cosineHead } from '../core/cosine-head.ts';
import type { Head } from './head.ts';

/** What {@link cosFace} takes. */
export interface CosFaceOptions {
  /** s, the radius of the hypersphere. Default 64. */
  scale?: number;
  /** m, taken from the target's cosine. Default 0.35. */
  margin?: number;
}

/**
 * CosFace (AM-Softmax): the target logit is `s·(cos θ − m)`, the others `s·cos θ`.
 *
 * @throws {InvalidArgumentError} unless `scale > 0` and `0 <= margin <= 1`.
 * @see H. Wang et al., CosFace, CVPR 2018
 * @example
 * const head = cosFace({ scale: 30 });
 */
export function cosFace(options: CosFaceOptions = {}): Head {
  const { scale = 64, margin = 0.35 } = options;
  checkRange('cosFace', 'scale', scale, { above: 0 });
  checkRange('cosFace', 'margin', margin, { from: 0, to: 1 });
  return cosineHead('cosface', { scale, margin }, (logit) => ({
    value: tf.sub(logit, scale * margin),
  }));
}
