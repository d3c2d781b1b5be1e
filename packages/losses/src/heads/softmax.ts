import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { linearHead } from './linear-head.ts';

/** Specifications of the options of {@link softmax}. */
export const softmaxOptions = optionSpecs({
  bias: { default: true, doc: "a bias per class, `params.bias` `[C]`, as in the paper's equation 1" },
});

/** Options of {@link softmax}; {@link optionsOf} has the defaults. */
export type SoftmaxOptions = OptionsOf<typeof softmaxOptions>;

/**
 * Softmax cross-entropy: `−log softmax(x·W + b)_y`.
 *
 * @see Y. Srivastava et al., Hard-Mining loss, arXiv 1908.09747, equation 1
 * @example
 * const head = softmax();
 * const params = head.init(Rng.of(1), { classes: 10, embeddingSize: 512 });
 * const { losses } = head.losses(params, embeddings, labels, 0);
 */
export const softmax = (options: SoftmaxOptions = {}): Head =>
  linearHead({ name: 'ce', ...resolveOptions('softmax', softmaxOptions, options) });
