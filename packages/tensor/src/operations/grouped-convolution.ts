import * as tf from '@tensorflow/tfjs-core';
import { checkArguments, checkOptions } from '../check/check-options.ts';

/** Options of {@link groupedConvolution}. */
export interface GroupedConvolutionOptions {
  /** Number of groups of channels. Default 1. With as many groups as channels, each channel has its own filters. */
  groups?: number;
  /** Stride along both axes. Default 1. */
  stride?: number;
  /** Distance between a filter's taps, default 1. */
  dilation?: number;
  /** Zeros added on every side, or above and below and on both sides. Default 0. */
  padding?: number | readonly [height: number, width: number];
}

/**
 * Convolves channels in groups that are independent of each other. Unlike tfjs's own, this has both gradients, also
 * when it is strided and dilated.
 *
 * @param x `[B, H, W, C]` float32.
 * @param filter `[height, width, C / groups, outputs]`.
 * @example
 * const y = groupedConvolution(x, filter, { groups: x.shape[3], stride: 2, padding: 1 }); // depthwise
 */
export function groupedConvolution(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  options: GroupedConvolutionOptions = {},
): tf.Tensor4D {
  const {
    groups = 1,
    stride = 1,
    dilation = 1,
    padding = 0,
  } = checkOptions('groupedConvolution', options, {
    ...{ groups: 'number', stride: 'number', dilation: 'number', padding: ['number', 'array'] },
  });
  checkArguments(
    'groupedConvolution',
    { x, filter },
    { x: { has: ['shape', 'dtype'] }, filter: { has: ['shape', 'dtype'] } },
  );
  const spread = dilation === 1 ? filter : withHoles(filter, dilation);
  // A single number works for square filters only: tfjs takes the filter's height for its width.
  const [above, beside] = typeof padding === 'number' ? [padding, padding] : padding;
  const pad: tf.backend_util.ExplicitPadding = [
    [0, 0],
    [above, above],
    [beside, beside],
    [0, 0],
  ];
  if (groups === 1) return tf.conv2d(x, spread, stride, pad);
  const [height, width, inputs, outputs] = spread.shape;
  if (inputs === 1) {
    const depthwise = tf.reshape<tf.Rank.R4>(spread, [height, width, groups, outputs / groups]);
    return tf.depthwiseConv2d(x, depthwise, stride, pad);
  }
  const filters = tf.split<tf.Tensor4D>(spread, groups, 3);
  const images = tf.split<tf.Tensor4D>(x, groups, 3);
  return tf.concat(
    images.map((image, group) => tf.conv2d(image, filters[group]!, stride, pad)),
    3,
  );
}

/** Returns the filter with zeros between its taps. */
function withHoles(filter: tf.Tensor4D, dilation: number): tf.Tensor4D {
  const [height, width, inputs, outputs] = filter.shape;
  const holes: [number, number] = [0, dilation - 1];
  const apart = tf.pad(tf.reshape(filter, [height, 1, width, 1, inputs * outputs]), [
    [0, 0],
    holes,
    [0, 0],
    holes,
    [0, 0],
  ]);
  const whole = tf.reshape<tf.Rank.R4>(apart, [height * dilation, width * dilation, inputs, outputs]);
  const [rows, columns] = [height, width].map((size) => (size - 1) * dilation + 1);
  return tf.slice(whole, [0, 0, 0, 0], [rows!, columns!, inputs, outputs]);
}
