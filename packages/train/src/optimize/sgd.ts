import { hostZeros, mapParams, type Params, zipParams } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import type { Transform } from './transform.ts';

/** Stochastic gradient descent: `v ← momentum·v + g`, `p ← p − learningRate·v`. */
export interface Sgd {
  kind: 'sgd';
  /** Share of the last move that is kept. */
  momentum: number;
  /** Looks ahead: `p ← p − learningRate·(g + momentum·v)`. Default false. */
  nesterov?: boolean;
}

/** Moves parameters by stochastic gradient descent; keeps `momentum`. */
export const sgd = (settings: Omit<Sgd, 'kind'>): Transform => {
  checkArguments('sgd', { settings }, { settings: { has: ['momentum'] } });
  const { momentum, nesterov = false } = settings;
  return {
    init: (trained) => ({ momentum: mapParams(trained, ({ shape }) => hostZeros('float32', shape)) }),
    update(gradients, state, { learningRate }) {
      const velocity = zipParams(
        (slope, old: tf.Tensor) => tf.add(tf.mul(old, momentum), slope),
        gradients,
        state.momentum as Params,
      );
      const params = zipParams(
        (slope, v: tf.Tensor, param: tf.Tensor) => {
          const direction = nesterov ? tf.add(slope, tf.mul(v, momentum)) : v;
          return tf.sub(param, tf.mul(direction, learningRate));
        },
        gradients,
        velocity,
        state.params as Params,
      );
      return { state: { params, momentum: velocity } };
    },
  };
};
