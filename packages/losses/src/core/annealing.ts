import * as tf from '@tensorflow/tfjs-core';
import type { Annealing } from './options.ts';

/** Returns λ at a step, counted from 0: a number, or a scalar tensor if the step is one. */
export function annealed(schedule: Annealing | number, step: number | tf.Scalar): number | tf.Tensor {
  if (typeof schedule === 'number') return schedule;
  const { base, gamma, power, min } = schedule;
  if (typeof step === 'number') return Math.max(min, base * (1 + gamma * (step + 1)) ** -power);
  const growth = tf.add(tf.mul(tf.cast(step, 'float32'), gamma), 1 + gamma);
  const decay = power === 1 ? growth : tf.pow(growth, tf.scalar(power));
  return tf.maximum(tf.div(base, decay), min);
}
