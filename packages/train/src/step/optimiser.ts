import * as tf from '@tensorflow/tfjs-core';
import { mapRecord } from './records.ts';

/** Stochastic gradient descent: `g ← g + decay·p`, `v ← momentum·v + g`, `p ← p − learningRate·v`. */
export interface Sgd {
  kind: 'sgd';
  momentum: number;
  /** Looks ahead: `p ← p − learningRate·(g + momentum·v)`. Default false. */
  nesterov?: boolean;
}

/**
 * Adam with decoupled weight decay: `p ← (1 − learningRate·decay)·p`, `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`,
 * `p ← p − learningRate·m̂ / (√v̂ + epsilon)`, where `m̂ = m / (1 − β₁ᵗ)` and `v̂ = v / (1 − β₂ᵗ)` at the t-th step.
 *
 * @see I. Loshchilov and F. Hutter, Decoupled weight decay regularization, ICLR 2019
 */
export interface AdamW {
  kind: 'adamw';
  /** Default 0.9. */
  beta1?: number;
  /** Default 0.999. */
  beta2?: number;
  /** Default 1e-8. */
  epsilon?: number;
}

/** How gradients move parameters, as plain data. */
export type Optimiser = Sgd | AdamW;

type Tensors = Record<string, tf.Tensor>;
/** What an optimiser remembers: a tree like the parameters' for each name. */
export type Slots = Record<string, Tensors>;

/** What an update is made of. */
export interface UpdateInputs {
  params: Tensors;
  gradients: Tensors;
  slots: Slots;
  /** Scalars. `step` counts finished steps, from 0. */
  learningRate: tf.Tensor;
  step: tf.Tensor;
  /** The weight decay of a parameter. */
  decayOf: (name: string, rank: number) => number;
}

/** The names of the trees that an optimiser keeps in the state. */
export const slotNames = ({ kind }: Optimiser): readonly string[] =>
  kind === 'sgd' ? ['momentum'] : ['firstMoment', 'secondMoment'];

/** The parameters and what the optimiser remembers after a step. */
export const update = (optimiser: Optimiser, inputs: UpdateInputs): { params: Tensors; slots: Slots } =>
  optimiser.kind === 'sgd' ? updateSgd(optimiser, inputs) : updateAdamW(optimiser, inputs);

function updateSgd({ momentum, nesterov = false }: Sgd, inputs: UpdateInputs) {
  const { params, learningRate, decayOf } = inputs;
  const slopes = mapRecord(params, (param, name) => {
    const decay = decayOf(name, param.rank);
    const gradient = inputs.gradients[name]!;
    return decay === 0 ? gradient : tf.add(gradient, tf.mul(param, decay));
  });
  const velocity = mapRecord(slopes, (slope, name) =>
    tf.add(tf.mul(inputs.slots.momentum![name]!, momentum), slope),
  );
  const moved = mapRecord(params, (param, name) => {
    const direction = nesterov ? tf.add(slopes[name]!, tf.mul(velocity[name]!, momentum)) : velocity[name]!;
    return tf.sub(param, tf.mul(direction, learningRate));
  });
  return { params: moved, slots: { momentum: velocity } };
}

function updateAdamW(
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamW,
  { params, gradients, slots, learningRate, step, decayOf }: UpdateInputs,
) {
  const firstMoment = mapRecord(params, (_, name) =>
    blend(slots.firstMoment![name]!, gradients[name]!, beta1),
  );
  const secondMoment = mapRecord(params, (_, name) =>
    blend(slots.secondMoment![name]!, tf.square(gradients[name]!), beta2),
  );
  const rate = tf.div(learningRate, correction(beta1, step));
  const inverseDeviation = tf.rsqrt(correction(beta2, step));
  const moved = mapRecord(params, (param, name) => {
    const decay = decayOf(name, param.rank);
    const kept = decay === 0 ? param : tf.mul(param, tf.sub(1, tf.mul(learningRate, decay)));
    const deviation = tf.add(tf.mul(tf.sqrt(secondMoment[name]!), inverseDeviation), epsilon);
    return tf.sub(kept, tf.div(tf.mul(firstMoment[name]!, rate), deviation));
  });
  return { params: moved, slots: { firstMoment, secondMoment } };
}

const blend = (old: tf.Tensor, now: tf.Tensor, share: number): tf.Tensor =>
  tf.add(tf.mul(old, share), tf.mul(now, 1 - share));

/** `1 − betaᵗ`, as `2h / (1 + h)` with `h = tanh(−t·ln(beta) / 2)`: a difference would lose half the digits early on. */
function correction(beta: number, step: tf.Tensor): tf.Tensor {
  if (beta === 0) return tf.scalar(1);
  const h = tf.tanh(tf.mul(tf.add(step, 1), -Math.log(beta) / 2));
  return tf.div(tf.mul(h, 2), tf.add(h, 1));
}
