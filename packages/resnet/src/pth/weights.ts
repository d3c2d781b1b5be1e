import { trace } from '@hm/onnx';
import { flattenParams, type HostTensor, type Params, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone } from '../backbone.ts';

/** A network's values in host memory, by name, such as `blocks.0.norm1.gamma`. */
export interface NetworkWeights {
  /** The trained parameters. */
  params: Record<string, HostTensor<'float32'>>;
  /** The running statistics of batch normalizations. */
  statistics: Record<string, HostTensor<'float32'>>;
}

/** The shapes of a network's values. */
export type Shapes = Readonly<Record<keyof NetworkWeights, Readonly<Record<string, readonly number[]>>>>;

/** Returns the shapes of a network's values. It finds them while tracing a graph, which needs no tfjs backend. */
export function shapesOf(backbone: Backbone): Shapes {
  const shapes = (values: Params) =>
    Object.fromEntries(Object.entries(flattenParams(values)).map(([name, { shape }]) => [name, shape]));
  let found: Shapes = { params: {}, statistics: {} };
  trace(
    ({ x }) => {
      const { params, statistics } = backbone.init(Rng.of(1));
      found = { params: shapes(params), statistics: shapes(statistics) };
      return { y: tf.add(x!, 1) };
    },
    { x: { shape: [1] } },
  );
  return found;
}
