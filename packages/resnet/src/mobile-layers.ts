import {
  type ConvOptions,
  conv,
  dense,
  flatten,
  type Layer,
  norm,
  prelu,
  relu,
  sequential,
} from './layers.ts';

/** A convolution and its normalization, without an activation. */
export const linear = (inputs: number, outputs: number, options: ConvOptions): Layer =>
  sequential({ filter: conv(inputs, outputs, options), norm: norm(outputs) });

/** A convolution, its normalization and PReLU. */
export const withPrelu = (inputs: number, outputs: number, options: ConvOptions): Layer =>
  sequential({ filter: conv(inputs, outputs, options), norm: norm(outputs), slopes: prelu(outputs) });

/** A convolution, its normalization and ReLU. */
export const withRelu = (inputs: number, outputs: number, options: ConvOptions): Layer =>
  sequential({ filter: conv(inputs, outputs, options), norm: norm(outputs), relu });

/** MobileFaceNet's head: a weighted mean of the whole map per channel, a dense layer and a normalization. */
export const weightedMeanHead = (
  channels: number,
  map: readonly [number, number],
  embeddingSize: number,
): Layer =>
  sequential({
    mean: linear(channels, channels, { size: map, padding: 0, groups: channels }),
    flatten,
    dense: dense(channels, embeddingSize, { bias: false }),
    embeddingNorm: norm(embeddingSize),
  });
