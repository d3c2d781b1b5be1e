import type { Params, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Variables } from './backbone.ts';

type FilterShape = readonly [height: number, width: number, inputs: number, outputs: number];

/** How filters start: `he` is N(0, 2 / fan out), as torchvision's ResNets; `fixed` is N(0, 0.1²), as insightface's IResNets. */
export type FilterInitialisation = 'he' | 'fixed';

/** A filter HWIO drawn from a normal distribution. */
export function filter(rng: Rng, shape: FilterShape, initialisation: FilterInitialisation): tf.Tensor {
  const [height, width, , outputs] = shape;
  const deviation = initialisation === 'he' ? Math.sqrt(2 / (height * width * outputs)) : 0.1;
  return normal(rng, [...shape], deviation);
}

/** A dense layer's weight `[inputs, outputs]`, N(0, 1 / inputs), and its bias, zero. */
export const dense = (rng: Rng, inputs: number, outputs: number): Params => ({
  weight: normal(rng, [inputs, outputs], Math.sqrt(1 / inputs)),
  bias: tf.zeros([outputs]),
});

/** Slopes of a PReLU, 0.25 as in its paper. */
export const slopes = (channels: number): tf.Tensor => tf.fill([channels], 0.25);

/** Scale 1, offset 0, running mean 0 and variance 1. */
export function norm(channels: number, { fixedScale = false } = {}): Variables {
  const beta = tf.zeros([channels]);
  return {
    params: fixedScale ? { beta } : { gamma: tf.ones([channels]), beta },
    statistics: { mean: tf.zeros([channels]), variance: tf.ones([channels]) },
  };
}

/** Joins the variables of parts under their names; a part of parameters alone has no statistics. */
export function join(parts: Record<string, Variables | tf.Tensor>): Variables {
  const params: Params = {};
  const statistics: Params = {};
  for (const [name, part] of Object.entries(parts)) {
    if (part instanceof tf.Tensor) {
      params[name] = part;
      continue;
    }
    params[name] = part.params;
    if (Object.keys(part.statistics).length > 0) statistics[name] = part.statistics;
  }
  return { params, statistics };
}

function normal(rng: Rng, shape: number[], deviation: number): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => rng.normal(0, deviation)),
    shape,
  );
}
