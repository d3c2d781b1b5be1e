import { hostZeros, mapParams, type Params, zipParams } from '@hm/tensor';
import { chain, clip, type Optimizer, type Transform } from '@hm/train';
import * as tf from '@tensorflow/tfjs-core';

/** Lion: moves a parameter by the sign of a blend of the gradient and its running average (Chen et al., 2023). */
const lion = ({ beta1 = 0.9, beta2 = 0.99 } = {}): Transform => ({
  init: (trained) => ({ lion: mapParams(trained, ({ shape }) => hostZeros('float32', shape)) }),
  update(gradients, state, { learningRate }) {
    const [before, average] = [state.params as Params, state.lion as Params];
    const blend = (share: number) => (g: tf.Tensor, m: tf.Tensor) =>
      tf.add(tf.mul(m, share), tf.mul(g, 1 - share));
    const signs = mapParams(zipParams(blend(beta1), gradients, average), (value) => tf.sign(value));
    const params = zipParams((sign, p: tf.Tensor) => tf.sub(p, tf.mul(sign, learningRate)), signs, before);
    return { state: { params, lion: zipParams(blend(beta2), gradients, average) } };
  },
});

/** Lion with gradient clipping, for `train({ optimizer })` instead of the recipe's optimizer. */
export const clippedLion = (config: { beta1?: number; beta2?: number } = {}): Optimizer => ({
  ...{ name: 'lion', config },
  ...chain(clip(5), lion(config)),
});
