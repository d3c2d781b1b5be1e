import { prelu } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { type Block, projects } from './block.ts';
import { convolve } from './convolve.ts';
import { filter, join, norm, slopes } from './initial.ts';

/**
 * The improved residual block of ArcFace's networks: `norm(conv(prelu(norm(conv(norm(x)))))) + shortcut(x)`, the
 * stride in the second convolution, no activation after the sum.
 *
 * @see J. Deng et al., ArcFace, CVPR 2019, section 3.1
 */
export const irBlock: Block = {
  init(rng, shape) {
    const { inputs, outputs } = shape;
    return join({
      norm1: norm(inputs),
      filter1: filter(rng, [3, 3, inputs, outputs], 'fixed'),
      norm2: norm(outputs),
      slopes: slopes(outputs),
      filter2: filter(rng, [3, 3, outputs, outputs], 'fixed'),
      norm3: norm(outputs),
      ...(projects(shape)
        ? { shortcut: filter(rng, [1, 1, inputs, outputs], 'fixed'), shortcutNorm: norm(outputs) }
        : {}),
    });
  },

  apply(scope, x, shape) {
    const first = scope.in('norm2').norm(convolve(scope.in('norm1').norm(x), scope.param('filter1')));
    const hidden = prelu(first, scope.param<tf.Tensor1D>('slopes'));
    const residual = scope.in('norm3').norm(convolve(hidden, scope.param('filter2'), shape.stride));
    const shortcut = projects(shape)
      ? scope.in('shortcutNorm').norm(convolve(x, scope.param('shortcut'), shape.stride))
      : x;
    return tf.add<tf.Tensor4D>(residual, shortcut);
  },
};
