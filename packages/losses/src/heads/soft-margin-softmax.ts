import * as tf from '@tensorflow/tfjs-core';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { linearHead } from './linear-head.ts';

/** Specifications of the options of {@link softMarginSoftmax}. */
export const softMarginSoftmaxOptions = optionSpecs({
  margin: {
    default: 1,
    from: 0,
    doc: "m, taken from the target's logit; the paper tunes it for each data set",
  },
  bias: { default: false, doc: "a bias per class, `params.bias` `[C]`; the paper's formula has none" },
});

/** Options of {@link softMarginSoftmax}; {@link optionsOf} has the defaults. */
export type SoftMarginSoftmaxOptions = OptionsOf<typeof softMarginSoftmaxOptions>;

/**
 * Soft-margin softmax: softmax cross-entropy with `x·w_y − m` as the target's logit.
 *
 * @throws {InvalidArgumentError} if `margin` is negative or not finite.
 * @see X. Liang et al., Soft-margin softmax for deep classification, ICONIP 2017
 * @example
 * const head = softMarginSoftmax({ margin: 2 });
 */
export function softMarginSoftmax(options: SoftMarginSoftmaxOptions = {}): Head {
  const config = resolveOptions('softMarginSoftmax', softMarginSoftmaxOptions, options);
  return linearHead({ name: 'soft-margin-softmax', ...config }, (logit) => ({
    value: tf.sub(logit, config.margin),
  }));
}
