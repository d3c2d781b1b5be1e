import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from '../core/check.ts';
import { linearHead } from '../core/linear-head.ts';
import type { Head } from './head.ts';

/** What {@link softMarginSoftmax} takes. */
export interface SoftMarginSoftmaxOptions {
  /** m, taken from the target's logit. Default 1; the paper tunes it for each data set. */
  margin?: number;
  /** Adds `params.bias` `[C]`. Default false, as in the paper's formula. */
  bias?: boolean;
}

/**
 * Soft-margin softmax: softmax cross-entropy with `x·w_y − m` for the target's logit.
 *
 * @throws {InvalidArgumentError} if `margin` is negative or not finite.
 * @see X. Liang et al., Soft-margin softmax for deep classification, ICONIP 2017
 * @example
 * const head = softMarginSoftmax({ margin: 2 });
 */
export function softMarginSoftmax(options: SoftMarginSoftmaxOptions = {}): Head {
  const { margin = 1, bias = false } = options;
  checkRange('softMarginSoftmax', 'margin', margin, { from: 0 });
  return linearHead('softmargin', { margin, bias }, (logit) => ({ value: tf.sub(logit, margin) }));
}
