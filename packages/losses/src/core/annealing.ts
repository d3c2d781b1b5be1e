import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from './check.ts';

/** `λ = max(min, base·(1 + gamma·iteration)^(−power))`, the iteration counted from 1. */
export interface Annealing {
  base: number;
  gamma: number;
  power: number;
  min: number;
}

/** λ at a step counted from 0: a number, or a scalar tensor where the step is one. */
export function annealed(schedule: Annealing | number, step: number | tf.Scalar): number | tf.Tensor {
  if (typeof schedule === 'number') return schedule;
  const { base, gamma, power, min } = schedule;
  if (typeof step === 'number') return Math.max(min, base * (1 + gamma * (step + 1)) ** -power);
  const growth = tf.add(tf.mul(tf.cast(step, 'float32'), gamma), 1 + gamma);
  const decay = power === 1 ? growth : tf.pow(growth, tf.scalar(power));
  return tf.maximum(tf.div(base, decay), min);
}

/** Throws unless every number is finite and not negative. */
export function checkAnnealing(where: string, schedule: Annealing | number): void {
  const entries = typeof schedule === 'number' ? { lambda: schedule } : schedule;
  for (const [name, value] of Object.entries(entries)) checkRange(where, name, value, { from: 0 });
}
