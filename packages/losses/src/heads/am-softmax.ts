import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { cosFaceMargin, cosFaceOptions } from './cos-face.ts';
import { cosineHead } from './cosine-head.ts';

/** Specifications of the options of {@link amSoftmax}. */
export const amSoftmaxOptions = optionSpecs({
  ...cosFaceOptions,
  scale: { ...cosFaceOptions.scale, default: 30 },
});

/** Options of {@link amSoftmax}; {@link optionsOf} has the defaults. */
export type AmSoftmaxOptions = OptionsOf<typeof amSoftmaxOptions>;

/**
 * AM-Softmax: the logits of CosFace, with the name and the defaults of the other paper that proposed them.
 *
 * @throws {InvalidArgumentError} unless `scale > 0` and `0 <= margin <= 1`.
 * @see F. Wang et al., Additive margin softmax for face verification, IEEE SPL 2018
 * @example
 * const head = amSoftmax({ margin: 0.4 });
 */
export function amSoftmax(options: AmSoftmaxOptions = {}): Head {
  const config = resolveOptions('amSoftmax', amSoftmaxOptions, options);
  return cosineHead({ name: 'am-softmax', ...config }, cosFaceMargin(config));
}
