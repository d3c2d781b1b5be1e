import * as tf from '@tensorflow/tfjs-core';
import type { Head, HeadResult } from './head.ts';

/** A head with the parameters and statistics of another, whose result is changed. */
export const wrapHead = (
  head: Head,
  { name, config }: Pick<Head, 'name' | 'config'>,
  change: (result: HeadResult) => HeadResult,
): Head => ({
  name,
  config,
  init: (rng, size) => head.init(rng, size),
  ...(head.initStatistics && { initStatistics: (rng, size) => head.initStatistics!(rng, size) }),
  losses: (...inputs) => tf.tidy(() => change(head.losses(...inputs))),
});
