import * as tf from '@tensorflow/tfjs-core';
import type { Head, HeadConfig, HeadResult } from '../head.ts';

/** A change to a head. */
export interface Decoration {
  /** The decorator's name and options. */
  config: HeadConfig;
  /** Computes the decorated result from the result of the wrapped head. */
  change: (result: HeadResult, labels: tf.Tensor1D) => HeadResult;
  /** True if the change compares the samples of a batch. Default false. */
  comparesSamples?: boolean;
}

/**
 * The methods that a wrapper leaves to its head. They are called on the head, so that it may be an instance of a class.
 */
export const initOf = (head: Head): Pick<Head, 'init' | 'initStatistics'> => ({
  init: (rng, size) => head.init(rng, size),
  ...(head.initStatistics && { initStatistics: (rng, size) => head.initStatistics!(rng, size) }),
});

/** Wraps a head: parameters and statistics stay the same, the result is changed. */
export const decorate = (head: Head, { config, change, comparesSamples = false }: Decoration): Head => ({
  config: { ...config, of: head.config },
  of: head,
  ...((comparesSamples || head.needsWholeBatch) && { needsWholeBatch: true }),
  ...initOf(head),
  losses: (...inputs) => tf.tidy(() => change(head.losses(...inputs), inputs[2])),
});
