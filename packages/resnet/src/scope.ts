import {
  batchNormInference,
  batchNormTrain,
  type Features,
  InvalidArgumentError,
  type Params,
} from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Mode, Variables } from './backbone.ts';

/** Share of the old running statistics that one batch leaves, as in PyTorch's `momentum = 0.1`. */
const STATISTICS_DECAY = 0.9;

/** A place in the variables: reads parameters by name, normalises, and collects the statistics that come out. */
export class Scope {
  readonly mode: Mode;
  /** The statistics after this pass, filled as layers run. */
  readonly updated: Params = {};
  readonly #variables: Variables;

  constructor(variables: Variables, mode: Mode) {
    this.#variables = variables;
    this.mode = mode;
  }

  /** The scope of a part of the network. */
  in(name: string): Scope {
    const { params, statistics } = this.#variables;
    const part = new Scope(
      { params: (params[name] ?? {}) as Params, statistics: (statistics[name] ?? {}) as Params },
      this.mode,
    );
    this.updated[name] = part.updated;
    return part;
  }

  /** A parameter by its name. @throws {InvalidArgumentError} if the variables lack it. */
  param<T extends tf.Tensor>(name: string): T {
    const value = this.#variables.params[name];
    if (value instanceof tf.Tensor) return value as T;
    throw new InvalidArgumentError({
      where: 'Backbone.apply',
      expected: `a tensor named "${name}"`,
      received: `parameters ${Object.keys(this.#variables.params).join(', ') || 'without names'}`,
      fix: 'Pass the variables of a network of the same configuration.',
    });
  }

  /** Batch normalisation with learned offset, and a learned scale unless `fixedScale`. */
  norm<T extends Features>(x: T, { fixedScale = false } = {}): T {
    const beta = this.param<tf.Tensor1D>('beta');
    const gamma = fixedScale ? (tf.onesLike(beta) as tf.Tensor1D) : this.param<tf.Tensor1D>('gamma');
    const { mean, variance } = this.#variables.statistics as { mean: tf.Tensor1D; variance: tf.Tensor1D };
    if (this.mode === 'inference') {
      Object.assign(this.updated, { mean, variance });
      return batchNormInference(x, gamma, beta, mean, variance);
    }
    const batch = batchNormTrain(x, gamma, beta);
    const unbiased = tf.mul(batch.variance, batch.count / Math.max(1, batch.count - 1));
    this.updated.mean = blend(mean, batch.mean);
    this.updated.variance = blend(variance, unbiased);
    return batch.output;
  }
}

const blend = (old: tf.Tensor, batch: tf.Tensor) =>
  tf.add(tf.mul(old, STATISTICS_DECAY), tf.mul(batch, 1 - STATISTICS_DECAY));
