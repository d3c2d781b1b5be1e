import { assertWithin, checkOptions, InvalidArgumentError, limits } from '@hm/tensor';
import { type Backbone, backboneOf } from './backbone.ts';
import { basicBlock, irBlock, subsamplingIrBlock } from './blocks.ts';
import {
  conv,
  dense,
  type FilterInitialization,
  flatten,
  globalAverage,
  type Layer,
  maxPool,
  norm,
  prelu,
  relu,
  sequential,
} from './layers.ts';

/** Options of {@link resnet18} and {@link resnet34}. */
export interface ResNetOptions {
  /**
   * The first layers. `imagenet` (default): 7×7 stride 2 and max pooling. `face`: 3×3 stride 1, as in all modern
   * face networks.
   */
  stem?: 'imagenet' | 'face';
  /** The residual block. `basic` (default): He's block. `ir`: ArcFace's improved block. */
  block?: 'basic' | 'ir';
  /**
   * The last layers. `gap` (default): global average pooling and a dense layer. `E`: ArcFace's head, which keeps the
   * map's layout.
   */
  head?: 'gap' | 'E';
  /** Batch normalization of the embedding after a `gap` head. Default false; `E` always has it. */
  embeddingNorm?: boolean;
  /** Length of an embedding. Default 512. */
  embeddingSize?: number;
  /** Height and width of the images, default 112 × 112. */
  imageSize?: readonly [height: number, width: number];
  /**
   * Shortcut of `ir` blocks that halve the map and keep its channels: `projection` (default) is a convolution, as in
   * insightface's networks; `subsample` takes every second pixel, as in AdaFace's.
   */
  shortcut?: 'projection' | 'subsample';
  /** Channels of the first stage; each later one has twice as many. Default 64. For small images 8 or 16 are enough. */
  width?: number;
}

/**
 * The residual network with 18 layers that the paper trains.
 *
 * @throws {InvalidArgumentError} if an option is invalid.
 * @example
 * const backbone = resnet18({ stem: 'face', block: 'ir', head: 'E' }); // insightface's IResNet-18
 * const variables = backbone.init(Rng.of(1));
 * const { embeddings } = backbone.apply(variables, tf.zeros([2, 112, 112, 3]), 'inference');
 */
export const resnet18 = (options: ResNetOptions = {}): ResNet => resNet('resnet18', [2, 2, 2, 2], options);

/** The residual network with 34 layers. */
export const resnet34 = (options: ResNetOptions = {}): ResNet => resNet('resnet34', [3, 4, 6, 3], options);

/** A residual network. */
export interface ResNet extends Backbone {
  /** Number of parameters that are fixed at their initial value. Published counts include them. */
  readonly fixedParameters: number;
}

/** Makes a residual network with `depths` blocks in its four stages. */
export function resNet(name: string, depths: readonly number[], options: ResNetOptions): ResNet {
  const {
    stem = 'imagenet',
    block = 'basic',
    head = 'gap',
  } = checkOptions(name, options, {
    ...{ stem: 'string', block: 'string', head: 'string', shortcut: 'string', embeddingNorm: 'boolean' },
    ...{ embeddingSize: 'number', imageSize: 'array', width: 'number' },
  });
  const { embeddingNorm = head === 'E', embeddingSize = 512, imageSize = [112, 112] } = options;
  const { width = 64, shortcut = 'projection' } = options;
  assertInRange({ ...options, embeddingSize, width });
  const last = 8 * width;
  const initial = block === 'ir' ? 'fixed' : 'he';
  const activation = block === 'ir' ? { slopes: prelu(width) } : { relu };
  const blockOf = block === 'basic' ? basicBlock : shortcut === 'subsample' ? subsamplingIrBlock : irBlock;
  const shapes = depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, index) => ({
      inputs: width * 2 ** (index > 0 ? stage : Math.max(0, stage - 1)),
      outputs: width * 2 ** stage,
      stride: index > 0 || (stage === 0 && stem === 'imagenet') ? 1 : 2,
    })),
  );
  const places = imageSize.map((size) => Math.ceil(size / (stem === 'imagenet' ? 32 : 16)));
  const network = sequential({
    stem: stem === 'imagenet' ? imagenetStem(width, initial) : faceStem(width, initial, activation),
    blocks: sequential(shapes.map(({ inputs, outputs, stride }) => blockOf(inputs, outputs, stride))),
    head:
      head === 'E'
        ? eHead(last, places[0]! * places[1]!, embeddingSize)
        : gapHead(last, embeddingSize, embeddingNorm),
  });
  const config = {
    ...{ stem, block, head, embeddingNorm, embeddingSize, imageSize },
    ...(shortcut !== 'projection' && { shortcut }),
    ...(width !== 64 && { width }),
  };
  return {
    ...backboneOf({ name, config, network, embeddingSize, imageSize }),
    fixedParameters: embeddingNorm ? embeddingSize : 0,
  };
}

/**
 * A 7×7 convolution with stride 2 and 3×3 max pooling with stride 2. It is the fastest stem, made for 224×224 images.
 */
const imagenetStem = (channels: number, initial: FilterInitialization): Layer =>
  sequential({
    filter: conv(3, channels, { size: 7, stride: 2, initial }),
    norm: norm(channels),
    relu,
    pool: maxPool(3, 2, 1),
  });

/** A 3×3 convolution with stride 1, which keeps all of a 112×112 face. PReLU before IR blocks, else ReLU. */
const faceStem = (
  channels: number,
  initial: FilterInitialization,
  activation: Record<string, Layer>,
): Layer => sequential({ filter: conv(3, channels, { initial }), norm: norm(channels), ...activation });

/** Global average pooling and a dense layer, optionally with batch normalization of the embedding. */
const gapHead = (channels: number, embeddingSize: number, embeddingNorm: boolean): Layer =>
  sequential({
    average: globalAverage,
    dense: dense(channels, embeddingSize),
    ...(embeddingNorm && { embeddingNorm: norm(embeddingSize, { fixedScale: true }) }),
  });

/** ArcFace's head E without dropout: norm, flatten, dense layer, and a norm whose scale is fixed at 1. */
const eHead = (channels: number, places: number, embeddingSize: number): Layer =>
  sequential({
    norm: norm(channels),
    flatten,
    dense: dense(places * channels, embeddingSize),
    embeddingNorm: norm(embeddingSize, { fixedScale: true }),
  });

const choices = {
  stem: ['imagenet', 'face'],
  block: ['basic', 'ir'],
  head: ['gap', 'E'],
  shortcut: ['projection', 'subsample'],
} as const;

function assertInRange(options: ResNetOptions & { embeddingSize: number; width: number }): void {
  for (const [option, allowed] of Object.entries(choices)) {
    const value = options[option as keyof typeof choices];
    if (value !== undefined && !(allowed as readonly string[]).includes(value))
      throw badOption(option, allowed.join(' or '), value);
  }
  for (const option of ['embeddingSize', 'width'] as const) {
    if (!(Number.isInteger(options[option]) && options[option] > 0))
      throw badOption(option, 'a positive integer', options[option]);
  }
  assertWithin('resnet', 'embeddingSize', options.embeddingSize);
  // The last stage has eight times as many channels.
  if (8 * options.width > limits.embeddingSize)
    throw badOption('width', `at most ${limits.embeddingSize / 8}`, options.width);
  for (const side of options.imageSize ?? []) assertWithin('resnet', 'imageSide', side);
}

const badOption = (option: string, expected: string, received: unknown) =>
  new InvalidArgumentError({
    where: `resnet option "${option}"`,
    expected,
    received,
    fix: `Pass ${option} as ${expected}.`,
  });
