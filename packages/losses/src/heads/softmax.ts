import { linearHead } from '../core/linear-head.ts';
import type { Head } from './head.ts';

/** What {@link softmax} takes. */
export interface SoftmaxOptions {
  /** Adds `params.bias` `[C]`, as the paper's equation 1 does. Default true. */
  bias?: boolean;
}

/**
 * Softmax cross-entropy: `−log softmax(x·W + b)_y`.
 *
 * @see S. Srivastava et al., Hard-Mining loss, arXiv 1908.09747, equation 1
 * @example
 * const head = softmax();
 * const params = head.init(Rng.of(1), { classes: 10, embeddingSize: 512 });
 * const { losses } = head.losses(params, embeddings, labels, 0);
 */
export const softmax = ({ bias = true }: SoftmaxOptions = {}): Head => linearHead('ce', { bias });
