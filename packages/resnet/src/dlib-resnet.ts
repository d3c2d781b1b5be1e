import { checkOptions, type Features, InvalidArgumentError, relu as reluOf } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { type Backbone, backboneOf } from './backbone.ts';
import {
  affine,
  averagePool,
  conv,
  dense,
  globalAverage,
  type Layer,
  maxPool,
  relu,
  residual,
  sequential,
} from './layers.ts';

/** The smallest image size for which the map after the last block is not empty. */
const SMALLEST = 104;

/** Channels of the residual blocks. A block that changes the channels halves the map, and so does the last block. */
const CHANNELS = [32, 32, 32, 32, 64, 64, 64, 64, 128, 128, 128, 256, 256, 256] as const;

/**
 * dlib's face network, a ResNet with 29 convolutions and 5,611,040 parameters. It takes images `[B, 150, 150, 3]`,
 * normalised as `(RGB − [122.782, 117.001, 104.298]) / 256`, and returns embeddings of 128 numbers.
 * {@link dlibWeights} reads its published weights.
 *
 * @throws {InvalidArgumentError} if an option is invalid.
 * @see http://blog.dlib.net/2017/02/high-quality-face-recognition-with-deep.html
 */
export function dlibResNet(options: DlibResNetOptions = {}): Backbone {
  const { embeddingSize = 128, imageSize = [150, 150] } = checkOptions('dlibResNet', options, {
    ...{ embeddingSize: 'number', imageSize: 'array' },
  });
  if (!(Number.isInteger(embeddingSize) && embeddingSize > 0))
    throw badOption('embeddingSize', 'a positive integer', String(embeddingSize));
  if (!imageSize.every((size) => Number.isInteger(size) && size >= SMALLEST))
    throw badOption('imageSize', `height and width of at least ${SMALLEST}`, imageSize.join(' × '));
  const blocks = CHANNELS.slice(1).map((outputs, index) => block(CHANNELS[index]!, outputs, false));
  const network = sequential({
    stem: sequential({
      filter: conv(3, 32, { size: 7, stride: 2, padding: 0 }),
      affine: affine(32),
      relu,
      pool: maxPool(3, 2, 0),
    }),
    blocks: sequential([...blocks, block(256, 256, true)]),
    average: globalAverage,
    dense: dense(256, embeddingSize, { bias: false }),
  });
  const config = { embeddingSize, imageSize };
  return backboneOf({ name: 'dlib-resnet', config, network, embeddingSize, imageSize });
}

/** Options of {@link dlibResNet}. */
export interface DlibResNetOptions {
  /** Length of an embedding. Default 128, for which there are weights. */
  embeddingSize?: number;
  /** Height and width of the images, default 150 × 150; at least 104 × 104. */
  imageSize?: readonly [height: number, width: number];
}

/** dlib's residual block. If it halves the map, the shortcut is a 2×2 mean with zeros for the missing channels. */
function block(inputs: number, outputs: number, halve: boolean): Layer {
  const down = halve || inputs !== outputs;
  const body = sequential({
    filter1: conv(inputs, outputs, down ? { stride: 2, padding: 0 } : {}),
    affine1: affine(outputs),
    relu,
    filter2: conv(outputs, outputs),
    affine2: affine(outputs),
  });
  return residual(body, down ? averagePool(2, 2) : undefined, (a, b) =>
    reluOf(tf.add(padTo(a, b), padTo(b, a))),
  );
}

/** Pads `x` with zeros after the last row, column and channel to at least the size of `other`. */
function padTo(x: Features, other: Features): tf.Tensor {
  const missing = [1, 2, 3].map((axis) => Math.max(0, other.shape[axis]! - x.shape[axis]!));
  if (missing.every((count) => count === 0)) return x;
  return tf.pad(x, [[0, 0], ...missing.map((count): [number, number] => [0, count])]);
}

const badOption = (option: string, expected: string, received: string) =>
  new InvalidArgumentError({
    where: `dlibResNet option "${option}"`,
    expected,
    received,
    fix: `Leave ${option} out, or pass ${expected}.`,
  });
