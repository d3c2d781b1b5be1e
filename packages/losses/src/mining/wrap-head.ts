import * as tf from '@tensorflow/tfjs-core';
import type { Head, HeadResult } from '../heads/head.ts';

/**
 * A head with the parameters and statistics of another, whose result is changed.
 *
 * @param prefix what its name begins with: `hm-`. @param config the further options, under one key.
 * @param comparesSamples whether the change looks at the batch.
 */
export const wrapHead = (
  head: Head,
  prefix: string,
  config: Record<string, unknown>,
  change: (result: HeadResult) => HeadResult,
  comparesSamples = false,
): Head => ({
  name: prefix + (head.name.includes('+') ? `(${head.name})` : head.name),
  config: { ...head.config, ...config },
  ...((comparesSamples || head.needsWholeBatch) && { needsWholeBatch: true }),
  wrapped: head,
  init: (rng, size) => head.init(rng, size),
  ...(head.initStatistics && { initStatistics: (rng, size) => head.initStatistics!(rng, size) }),
  losses: (...inputs) => tf.tidy(() => change(head.losses(...inputs))),
});
