import { type CosFaceOptions, cosFace } from './cos-face.ts';
import type { Head } from './head.ts';

/**
 * AM-Softmax: {@link cosFace} under the name and with the defaults of the other paper that proposed it, s = 30, m = 0.35.
 *
 * @throws {InvalidArgumentError} unless `scale > 0` and `0 <= margin <= 1`.
 * @see F. Wang et al., Additive margin softmax for face verification, IEEE SPL 2018
 * @example
 * const head = amSoftmax({ margin: 0.4 });
 */
export const amSoftmax = ({ scale = 30, ...options }: CosFaceOptions = {}): Head => ({
  ...cosFace({ scale, ...options }),
  name: 'amsoftmax',
});
