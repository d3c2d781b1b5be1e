import * as tf from '@tensorflow/tfjs-core';
import type { Margin } from '../core/margin-cross-entropy.ts';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { cosineHead } from './cosine-head.ts';

/** Specifications of the options of {@link cosFace}. */
export const cosFaceOptions = optionSpecs({
  scale: { default: 64, above: 0, doc: 's, the radius of the hypersphere' },
  margin: { default: 0.35, from: 0, to: 1, doc: "m, taken from the target's cosine" },
});

/** Options of {@link cosFace}; {@link optionsOf} has the defaults. */
export type CosFaceOptions = OptionsOf<typeof cosFaceOptions>;

/**
 * CosFace (AM-Softmax): the target logit is `s·(cos θ − m)`, the others are `s·cos θ`.
 *
 * @throws {InvalidArgumentError} unless `scale > 0` and `0 <= margin <= 1`.
 * @see H. Wang et al., CosFace, CVPR 2018
 * @example
 * const head = cosFace({ scale: 30 });
 */
export function cosFace(options: CosFaceOptions = {}): Head {
  const config = resolveOptions('cosFace', cosFaceOptions, options);
  return cosineHead({ name: 'cosface', ...config }, cosFaceMargin(config));
}

/** Returns the margin that computes CosFace's target logit from `s·cos θ`. */
export const cosFaceMargin =
  ({ scale, margin }: Required<CosFaceOptions>): Margin =>
  (logit) => ({ value: tf.sub(logit, scale * margin) });
