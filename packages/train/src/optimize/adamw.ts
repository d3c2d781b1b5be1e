import { flattenParams, hostZeros, mapParams, type Params, zipParams } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import type { Transform } from './transform.ts';

/**
 * Adam with decoupled weight decay: `p ← (1 − learningRate·decay)·p`, `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`,
 * `p ← p − learningRate·m̂ / (√v̂ + epsilon)`, where `m̂ = m / (1 − β₁ᵗ)` and `v̂ = v / (1 − β₂ᵗ)` at the parameter's t-th
 * step, which in a stage is counted from its first.
 *
 * @see I. Loshchilov and F. Hutter, Decoupled weight decay regularization, ICLR 2019
 */
export interface AdamW {
  kind: 'adamw';
  /** Decay of the first moment. Default 0.9. */
  beta1?: number;
  /** Decay of the second moment. Default 0.999. */
  beta2?: number;
  /** Number added to the denominator. Default 1e-8. */
  epsilon?: number;
}

/** Moves parameters as Adam does, without decay; keeps `firstMoment` and `secondMoment`. */
export const adam = (settings: Omit<AdamW, 'kind'> = {}): Transform => {
  checkArguments('adam', { settings }, { settings: 'object' });
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = settings;
  return {
    init(trained) {
      const zeros = mapParams(trained, ({ shape }) => hostZeros('float32', shape));
      return { firstMoment: zeros, secondMoment: zeros };
    },
    update(gradients, state, { learningRate, step, ownSteps }) {
      const blended = (name: string, of: Params, share: number) =>
        zipParams(
          (now, old: tf.Tensor) => tf.add(tf.mul(old, share), tf.mul(now, 1 - share)),
          of,
          state[name] as Params,
        );
      const firstMoment = blended('firstMoment', gradients, beta1);
      const secondMoment = blended('secondMoment', mapParams(gradients, tf.square), beta2);
      const usual = corrected(learningRate, { beta1, beta2, steps: step });
      // One for all parameters of a stage, which share the tensor of their steps.
      const inStages = new Map<tf.Tensor, typeof usual>();
      const correctedFor = (steps: tf.Tensor | undefined) => {
        if (steps === undefined) return usual;
        const known = inStages.get(steps) ?? corrected(learningRate, { beta1, beta2, steps });
        inStages.set(steps, known);
        return known;
      };
      const [before, seconds] = [state.params as Params, secondMoment].map((tree) => flattenParams(tree));
      const params = mapParams(firstMoment, (first, name) => {
        const { rate, inverseDeviation } = correctedFor(ownSteps?.(name));
        const deviation = tf.add(tf.mul(tf.sqrt(seconds![name]!), inverseDeviation), epsilon);
        return tf.sub(before![name]!, tf.div(tf.mul(first, rate), deviation));
      });
      return { state: { params, firstMoment, secondMoment } };
    },
  };
};

/** Learning rate with the correction of the first moment, and the factor that corrects the second one's root. */
const corrected = (
  learningRate: tf.Tensor,
  { beta1, beta2, steps }: { beta1: number; beta2: number; steps: tf.Tensor },
) => ({
  rate: tf.div(learningRate, correction(beta1, steps)),
  inverseDeviation: tf.rsqrt(correction(beta2, steps)),
});

/** `1 − betaᵗ`, as `2h / (1 + h)` with `h = tanh(−t·ln(beta) / 2)`: a difference would lose half the digits early on. */
function correction(beta: number, step: tf.Tensor): tf.Tensor {
  if (beta === 0) return tf.scalar(1);
  const h = tf.tanh(tf.mul(tf.add(step, 1), -Math.log(beta) / 2));
  return tf.div(tf.mul(h, 2), tf.add(h, 1));
}
