import { checkOptions, InvalidArgumentError } from '@hm/tensor';
import { type Backbone, backboneOf } from './backbone.ts';
import { type Layer, residual, sequential } from './layers.ts';
import { linear, weightedMeanHead, withPrelu } from './mobile-layers.ts';

/** Options of {@link mobileFaceNet}. */
export interface MobileFaceNetOptions {
  /** Factor for the channels between bottlenecks: 1 (default) as in the paper, 2 as in insightface's `mbf`. */
  width?: number;
  /** Length of an embedding. Default 512; the paper has 128. */
  embeddingSize?: number;
  /** Height and width of the images, multiples of 16, default 112 × 112. */
  imageSize?: readonly [height: number, width: number];
}

/** Ratio of the image's size to that of the last map. */
const REDUCTION = 16;

/**
 * MobileFaceNet, with about a million parameters: inverted bottlenecks with depthwise convolutions and PReLU, and a
 * weighted mean of the map for each channel instead of pooling.
 *
 * @throws {InvalidArgumentError} if an option is invalid.
 * @see S. Chen et al., MobileFaceNets: efficient CNNs for accurate real-time face verification on mobile devices, 2018
 */
export function mobileFaceNet(options: MobileFaceNetOptions = {}): Backbone {
  const {
    width = 1,
    embeddingSize = 512,
    imageSize = [112, 112],
  } = checkOptions('mobileFaceNet', options, {
    ...{ width: 'number', embeddingSize: 'number', imageSize: 'array' },
  });
  assertMobileOptions('mobileFaceNet', { width, embeddingSize, imageSize }, REDUCTION);
  const [narrow, wide] = [64 * width, 128 * width];
  const map = [imageSize[0] / REDUCTION, imageSize[1] / REDUCTION] as const;
  const network = sequential({
    stem: withPrelu(3, narrow, { stride: 2 }),
    depthwise: withPrelu(narrow, narrow, { groups: 64 }),
    blocks: sequential([
      bottleneck(narrow, 128, narrow, 2),
      ...repeated(4, narrow, 128),
      bottleneck(narrow, 256, wide, 2),
      ...repeated(6, wide, 256),
      bottleneck(wide, 512, wide, 2),
      ...repeated(2, wide, 256),
    ]),
    last: withPrelu(wide, 512, { size: 1 }),
    head: weightedMeanHead(512, map, embeddingSize),
  });
  const config = { width, embeddingSize, imageSize };
  return backboneOf({ name: 'mobilefacenet', config, network, embeddingSize, imageSize });
}

/** An inverted bottleneck: expands the channels, applies a depthwise convolution and reduces the channels again. */
const bottleneck = (inputs: number, expanded: number, outputs: number, stride: number): Layer =>
  sequential({
    expand: withPrelu(inputs, expanded, { size: 1 }),
    depthwise: withPrelu(expanded, expanded, { stride, groups: expanded }),
    project: linear(expanded, outputs, { size: 1 }),
  });

const repeated = (times: number, channels: number, expanded: number): Layer[] =>
  Array.from({ length: times }, () => residual(bottleneck(channels, expanded, channels, 1)));

/** Rejects options with which the map would have a fractional size or no channels. */
export function assertMobileOptions(
  where: string,
  options: { width?: number; embeddingSize: number; imageSize: readonly [number, number] },
  reduction: number,
): void {
  const { width = 1, embeddingSize, imageSize } = options;
  const isCount = (value: number) => Number.isInteger(value) && value > 0;
  const bad = (option: string, expected: string, received: string) =>
    new InvalidArgumentError({
      where: `${where} option "${option}"`,
      expected,
      received,
      fix: `Leave ${option} out, or pass ${expected}.`,
    });
  if (!isCount(width)) throw bad('width', 'a positive integer', String(width));
  if (!isCount(embeddingSize)) throw bad('embeddingSize', 'a positive integer', String(embeddingSize));
  if (!imageSize.every((size) => isCount(size / reduction)))
    throw bad('imageSize', `multiples of ${reduction}`, imageSize.join(' × '));
}
