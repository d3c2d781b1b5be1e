import * as tf from '@tensorflow/tfjs-core';
import type { Head, HeadConfig, HeadResult } from '../head.ts';

/** A change to a head. */
export interface Decoration {
  /** The decorator's name and options. */
  config: HeadConfig;
  /** Its result from that of the head under it. */
  change: (result: HeadResult, labels: tf.Tensor1D) => HeadResult;
  /** Whether the change compares the samples of a batch. Default false. */
  comparesSamples?: boolean;
}

/** A head with the parameters and statistics of another, whose result is changed. */
export const decorate = (head: Head, { config, change, comparesSamples = false }: Decoration): Head => ({
  config: { ...config, of: head.config },
  of: head,
  ...((comparesSamples || head.needsWholeBatch) && { needsWholeBatch: true }),
  init: (rng, size) => head.init(rng, size),
  ...(head.initStatistics && { initStatistics: (rng, size) => head.initStatistics!(rng, size) }),
  losses: (...inputs) => tf.tidy(() => change(head.losses(...inputs), inputs[2])),
});
