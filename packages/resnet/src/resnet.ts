import { InvalidArgumentError, type Params, type Rng } from '@hm/tensor';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Backbone, Variables } from './backbone.ts';
import { basicBlock } from './basic-block.ts';
import type { BlockShape } from './block.ts';
import { eHead, gapHead, type MapShape } from './embedding-head.ts';
import { join } from './initial.ts';
import { irBlock } from './ir-block.ts';
import { Scope } from './scope.ts';
import { faceStem, imagenetStem, STEM_CHANNELS, type Stem } from './stem.ts';

/** Options of {@link resnet18} and {@link resnet34}. */
export interface ResNetOptions {
  /** `imagenet` (default): 7×7 stride 2 and max pooling. `face`: 3×3 stride 1, as all modern face networks. */
  stem?: 'imagenet' | 'face';
  /** `basic` (default): He's block. `ir`: ArcFace's improved block. */
  block?: 'basic' | 'ir';
  /** `gap` (default): global average pooling and a dense layer. `E`: ArcFace's head, which keeps the map's layout. */
  head?: 'gap' | 'E';
  /** Batch normalisation of the embedding behind a `gap` head. Default false; `E` always has it. */
  embeddingNorm?: boolean;
  /** Default 512. */
  embeddingSize?: number;
  /** Height and width, default 112 × 112. */
  imageSize?: readonly [height: number, width: number];
}

const STAGE_CHANNELS = [64, 128, 256, 512] as const;

/**
 * The residual network of 18 layers that the paper trains.
 *
 * @throws {InvalidArgumentError} if an option is not one of those named.
 * @example
 * const backbone = resnet18({ stem: 'face', block: 'ir', head: 'E' }); // insightface's IResNet-18
 * const variables = backbone.init(Rng.of(1));
 * const { embeddings } = backbone.apply(variables, tf.zeros([2, 112, 112, 3]), 'inference');
 */
export const resnet18 = (options: ResNetOptions = {}): ResNet => resNet('resnet18', [2, 2, 2, 2], options);

/** The residual network of 34 layers. */
export const resnet34 = (options: ResNetOptions = {}): ResNet => resNet('resnet34', [3, 4, 6, 3], options);

/** A residual network as a list of blocks. */
export interface ResNet extends Backbone {
  readonly blocks: readonly BlockShape[];
  /** Parameters fixed at their initial value; published counts include them. */
  readonly fixedParameters: number;
}

/** A residual network with so many blocks in each of its four stages. */
export function resNet(name: string, depths: readonly number[], options: ResNetOptions): ResNet {
  const { stem: stemName = 'imagenet', block: blockName = 'basic', head: headName = 'gap' } = options;
  const { embeddingNorm = headName === 'E', embeddingSize = 512, imageSize = [112, 112] } = options;
  checkOptions({ ...options, embeddingSize });
  const stem = stemName === 'imagenet' ? imagenetStem : faceStem(blockName === 'ir' ? 'prelu' : 'relu');
  const block = blockName === 'ir' ? irBlock : basicBlock;
  const head = headName === 'E' ? eHead : gapHead(embeddingNorm);
  const blocks = blockShapes(depths, stem);
  return {
    name,
    config: { stem: stemName, block: blockName, head: headName, embeddingNorm, embeddingSize, imageSize },
    embeddingSize,
    imageSize,
    blocks,
    fixedParameters: head.fixedParameters(embeddingSize),
    init(rng: Rng): Variables {
      const initialisation = blockName === 'ir' ? 'fixed' : 'he';
      return join({
        stem: stem.init(rng, initialisation),
        blocks: join(Object.fromEntries(blocks.map((shape, index) => [index, block.init(rng, shape)]))),
        head: head.init(rng, lastMap(imageSize, stem, blocks), embeddingSize),
      });
    },
    apply(variables, images, mode) {
      const scope = new Scope(variables, mode);
      const places = scope.in('blocks');
      const start: Tensor4D = stem.apply(scope.in('stem'), images);
      const features = blocks.reduce(
        (x, shape, index) => block.apply(places.in(String(index)), x, shape),
        start,
      );
      const embeddings = head.apply(scope.in('head'), features);
      return { embeddings, statistics: withoutEmpty(scope.updated) };
    },
  };
}

function blockShapes(depths: readonly number[], stem: Stem): BlockShape[] {
  return depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, index) => ({
      inputs: index > 0 ? STAGE_CHANNELS[stage]! : (STAGE_CHANNELS[stage - 1] ?? STEM_CHANNELS),
      outputs: STAGE_CHANNELS[stage]!,
      stride: index > 0 ? 1 : stage === 0 ? stem.firstStride : 2,
    })),
  );
}

function lastMap(
  [height, width]: readonly [number, number],
  stem: Stem,
  blocks: readonly BlockShape[],
): MapShape {
  const shrink = (size: number) =>
    blocks.reduce((rest, { stride }) => Math.ceil(rest / stride), Math.ceil(size / stem.reduction));
  return [shrink(height), shrink(width), blocks.at(-1)!.outputs];
}

/** Parts without batch normalisation leave empty places in the statistics. */
function withoutEmpty(statistics: Params): Params {
  const parts = Object.entries(statistics).map(
    ([name, part]) => [name, isPart(part) ? withoutEmpty(part) : part] as const,
  );
  return Object.fromEntries(parts.filter(([, part]) => !isPart(part) || Object.keys(part).length > 0));
}

const isPart = (value: Params[string]): value is Params => !('dataId' in value);

const choices = { stem: ['imagenet', 'face'], block: ['basic', 'ir'], head: ['gap', 'E'] } as const;

function checkOptions(options: ResNetOptions & { embeddingSize: number }): void {
  for (const [option, allowed] of Object.entries(choices)) {
    const value = options[option as keyof typeof choices];
    if (value !== undefined && !(allowed as readonly string[]).includes(value))
      throw badOption(option, allowed.join(' or '), value);
  }
  if (!(Number.isInteger(options.embeddingSize) && options.embeddingSize > 0)) {
    throw badOption('embeddingSize', 'a positive integer', options.embeddingSize);
  }
}

const badOption = (option: string, expected: string, received: unknown) =>
  new InvalidArgumentError({
    where: `resnet option "${option}"`,
    expected,
    received,
    fix: `Pass ${option} as ${expected}.`,
  });
