import * as tf from '@tensorflow/tfjs-core';

/** Weights of one of the three networks by name (`conv1/weights`); filters are `[h, w, in, out]`. */
export type NetworkWeights = Record<string, tf.Tensor>;

/** Outputs of a network: face probability, edge shifts and, from O-Net, landmarks (5 × x, then 5 × y). */
export interface NetworkOutput extends Record<string, tf.Tensor> {
  /** Probabilities `[..., 2]`: no face, face. */
  probabilities: tf.Tensor;
  /** Edge shifts `[..., 4]`: left, top, right, bottom, in units of the box. */
  regression: tf.Tensor;
}

/**
 * P-Net, the fully convolutional proposal network: window 12, stride 2, `[B, H, W, 3]` RGB 0–255 → `[B, h, w, 2]` and
 * `[B, h, w, 4]` with `h = ceil((H - 2) / 2) - 4`.
 *
 * @param mask Added before pooling, `[1, H - 2, W - 2, 1]`: a very negative value keeps a position out of the
 * maximum. This gives an odd level its ceil-mode border on a canvas.
 */
export function proposalNetwork(
  weights: NetworkWeights,
  images: tf.Tensor4D,
  mask?: tf.Tensor4D,
): NetworkOutput {
  let x = convolve(weights, 1, normalize(images));
  if (mask !== undefined) x = tf.add(x, onEachChannel(mask, x.shape[3]));
  x = tf.maxPool(x, 2, 2, 'same');
  x = convolve(weights, 3, convolve(weights, 2, x));
  return {
    probabilities: tf.softmax(linearMap(weights, 'conv4_1', x)),
    regression: linearMap(weights, 'conv4_2', x),
  };
}

/** R-Net, the refinement network: `[B, 24, 24, 3]` RGB 0–255 → `[B, 2]` and `[B, 4]`. */
export function refinementNetwork(weights: NetworkWeights, images: tf.Tensor4D): NetworkOutput {
  let x = convolve(weights, 1, normalize(images));
  x = convolve(weights, 2, tf.maxPool(x, 3, 2, 'same'));
  x = convolve(weights, 3, tf.maxPool(x, 3, 2, 'valid'));
  const features = fullyConnected(weights, 4, x);
  return {
    probabilities: tf.softmax(linear(weights, 'fc2_1', features)),
    regression: linear(weights, 'fc2_2', features),
  };
}

/** O-Net, the output network: `[B, 48, 48, 3]` RGB 0–255 → `[B, 2]`, `[B, 4]` and landmarks `[B, 10]`. */
export function outputNetwork(
  weights: NetworkWeights,
  images: tf.Tensor4D,
): NetworkOutput & { landmarks: tf.Tensor } {
  let x = convolve(weights, 1, normalize(images));
  x = convolve(weights, 2, tf.maxPool(x, 3, 2, 'same'));
  x = convolve(weights, 3, tf.maxPool(x, 3, 2, 'valid'));
  x = convolve(weights, 4, tf.maxPool(x, 2, 2, 'valid'));
  const features = fullyConnected(weights, 5, x);
  return {
    probabilities: tf.softmax(linear(weights, 'fc2_1', features)),
    regression: linear(weights, 'fc2_2', features),
    landmarks: linear(weights, 'fc2_3', features),
  };
}

/** Copies the mask to each channel by a convolution, because ONNX Runtime adds its output in the same pass. */
const onEachChannel = (mask: tf.Tensor4D, channels: number): tf.Tensor4D =>
  tf.conv2d(mask, tf.ones<tf.Rank.R4>([1, 1, 1, channels]), 1, 'valid');

const normalize = (images: tf.Tensor4D): tf.Tensor4D => tf.mul(tf.sub(images, 127.5), 0.0078125);

const convolve = (weights: NetworkWeights, index: number, x: tf.Tensor4D): tf.Tensor4D =>
  tf.prelu<tf.Tensor4D>(linearMap(weights, `conv${index}`, x), weights[`prelu${index}_alpha`] as tf.Tensor4D);

const linearMap = (weights: NetworkWeights, name: string, x: tf.Tensor4D): tf.Tensor4D =>
  tf.add(tf.conv2d(x, weights[`${name}/weights`] as tf.Tensor4D, 1, 'valid'), weights[`${name}/bias`]!);

function fullyConnected(weights: NetworkWeights, prelu: number, x: tf.Tensor4D): tf.Tensor2D {
  const flat = tf.reshape(x, [-1, weights['fc1/weights']!.shape[0]!]) as tf.Tensor2D;
  return tf.prelu<tf.Tensor2D>(linear(weights, 'fc1', flat), weights[`prelu${prelu}_alpha`] as tf.Tensor2D);
}

const linear = (weights: NetworkWeights, name: string, x: tf.Tensor2D): tf.Tensor2D =>
  tf.add(tf.matMul(x, weights[`${name}/weights`] as tf.Tensor2D), weights[`${name}/bias`]!);
