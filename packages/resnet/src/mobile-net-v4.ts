import { checkOptions } from '@hm/tensor/host';
import { type Backbone, backboneOf } from './backbone.ts';
import { type Layer, residual, sequential } from './layers.ts';
import { assertMobileOptions } from './mobile-face-net.ts';
import { linear, weightedMeanHead, withRelu } from './mobile-layers.ts';

/** Options of {@link mobileNetV4}. */
export interface MobileNetV4Options {
  /** Length of an embedding. Default 512. */
  embeddingSize?: number;
  /** Height and width of the images, multiples of 16, default 112 × 112. */
  imageSize?: readonly [height: number, width: number];
}

const REDUCTION = 16;

/**
 * MobileNetV4-Conv-S for faces. It consists only of convolutions and ReLU, so it is fast on every processor and keeps
 * its accuracy in int8. As usual for 112×112, the second halving is omitted. It ends with MobileFaceNet's head.
 *
 * @throws {InvalidArgumentError} if an option is invalid.
 * @see D. Qin et al., MobileNetV4: universal models for the mobile ecosystem, ECCV 2024
 */
export function mobileNetV4(options: MobileNetV4Options = {}): Backbone {
  const { embeddingSize = 512, imageSize = [112, 112] } = checkOptions('mobileNetV4', options, {
    ...{ embeddingSize: 'number', imageSize: 'array' },
  });
  assertMobileOptions('mobileNetV4', { embeddingSize, imageSize }, REDUCTION);
  const map = [imageSize[0] / REDUCTION, imageSize[1] / REDUCTION] as const;
  const network = sequential({
    stem: withRelu(3, 32, { stride: 2 }),
    blocks: sequential([
      withRelu(32, 32, {}),
      withRelu(32, 32, { size: 1 }),
      withRelu(32, 96, { stride: 2 }),
      withRelu(96, 64, { size: 1 }),
      inverted(64, 96, { expansion: 3, before: 5, between: 5, stride: 2 }),
      ...Array.from({ length: 4 }, () => inverted(96, 96, { expansion: 2, between: 3 })),
      inverted(96, 96, { expansion: 4, before: 3 }),
      inverted(96, 128, { expansion: 6, before: 3, between: 3, stride: 2 }),
      inverted(128, 128, { expansion: 4, before: 5, between: 5 }),
      inverted(128, 128, { expansion: 4, between: 5 }),
      inverted(128, 128, { expansion: 3, between: 5 }),
      inverted(128, 128, { expansion: 4, between: 3 }),
      inverted(128, 128, { expansion: 4, between: 3 }),
    ]),
    last: withRelu(128, 960, { size: 1 }),
    head: weightedMeanHead(960, map, embeddingSize),
  });
  const config = { embeddingSize, imageSize };
  return backboneOf({ name: 'mobilenetv4', config, network, embeddingSize, imageSize });
}

interface Inverted {
  /** Factor for the channels between the two 1×1 convolutions. */
  expansion: number;
  /** Size of a depthwise convolution before them; default none. */
  before?: number;
  /** Size of a depthwise convolution between them; default none. */
  between?: number;
  stride?: number;
}

/** The universal inverted bottleneck: a depthwise convolution before, between, both or neither. */
function inverted(
  inputs: number,
  outputs: number,
  { expansion, before, between, stride = 1 }: Inverted,
): Layer {
  const expanded = inputs * expansion;
  const body = sequential({
    ...(before && {
      before: linear(inputs, inputs, { size: before, stride: between ? 1 : stride, groups: inputs }),
    }),
    expand: withRelu(inputs, expanded, { size: 1 }),
    ...(between && { between: withRelu(expanded, expanded, { size: between, stride, groups: expanded }) }),
    project: linear(expanded, outputs, { size: 1 }),
  });
  return stride === 1 && inputs === outputs ? residual(body) : body;
}
