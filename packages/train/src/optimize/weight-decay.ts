import { flattenParams, mapParams, type Params } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Transform } from './transform.ts';

/** Weight decay by kind of parameter; kinds that are left out use that of `weights`. */
export interface DecayGroups {
  /** Filters and matrices. */
  weights: number;
  /** Scales and offsets of normalizations, slopes of PReLU. */
  norms?: number;
  /** Parameters called `bias`. */
  biases?: number;
  /** All of the head's parameters, above all its class weights. Default: as for the backbone's, by their kind. */
  head?: number;
}

/** One decay for all parameters, or one for each kind. */
export type WeightDecay = number | DecayGroups;

/** Adds weight decay to each gradient: `g ← g + decay·p`. */
export const decay = (by: WeightDecay): Transform => ({
  update(gradients, state) {
    const params = flattenParams(state.params as Params);
    const decayed = mapParams(gradients, (gradient, name) => {
      const rate = decayOf(by, name, gradient.rank);
      return rate === 0 ? gradient : tf.add(gradient, tf.mul(params[name]!, rate));
    });
    return { gradients: decayed };
  },
});

/** Shrinks each parameter independently of its gradient, as AdamW does: `p ← (1 − learningRate·decay)·p`. */
export const decoupledDecay = (by: WeightDecay): Transform => ({
  update(gradients, state, { learningRate }) {
    const params = flattenParams(state.params as Params);
    const decayed = mapParams(gradients, ({ rank }, name) => {
      const rate = decayOf(by, name, rank);
      return rate === 0 ? params[name]! : tf.mul(params[name]!, tf.sub(1, tf.mul(learningRate, rate)));
    });
    return { state: { params: decayed } };
  },
});

/** Weight decay of a parameter by its name, such as `backbone.stem.norm.gamma`, and its rank. */
function decayOf(by: WeightDecay, name: string, rank: number): number {
  if (typeof by === 'number') return by;
  const { weights, norms = weights, biases = weights, head } = by;
  if (head !== undefined && name.startsWith('head.')) return head;
  if (name.endsWith('.bias')) return biases;
  return rank > 1 ? weights : norms;
}
