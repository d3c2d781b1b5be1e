import { relu } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { type Block, projects } from './block.ts';
import { convolve } from './convolve.ts';
import { filter, join, norm } from './initial.ts';

/**
 * ResNet's basic block: `relu(norm(conv(relu(norm(conv(x))))) + shortcut(x))`, the stride in the first convolution.
 *
 * @see K. He et al., Deep residual learning for image recognition, CVPR 2016
 */
export const basicBlock: Block = {
  init(rng, shape) {
    const { inputs, outputs } = shape;
    return join({
      filter1: filter(rng, [3, 3, inputs, outputs], 'he'),
      norm1: norm(outputs),
      filter2: filter(rng, [3, 3, outputs, outputs], 'he'),
      norm2: norm(outputs),
      ...(projects(shape)
        ? { shortcut: filter(rng, [1, 1, inputs, outputs], 'he'), shortcutNorm: norm(outputs) }
        : {}),
    });
  },

  apply(scope, x, shape) {
    const hidden = relu(scope.in('norm1').norm(convolve(x, scope.param('filter1'), shape.stride)));
    const residual = scope.in('norm2').norm(convolve(hidden, scope.param('filter2')));
    const shortcut = projects(shape)
      ? scope.in('shortcutNorm').norm(convolve(x, scope.param('shortcut'), shape.stride))
      : x;
    return relu(tf.add<tf.Tensor4D>(residual, shortcut));
  },
};
