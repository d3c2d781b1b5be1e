import { checkOptions, InvalidArgumentError, toTensors, unflattenParams } from '@hm/tensor';
import type { Backbone } from '../backbone.ts';
import { findLayout, namesOf } from './find-layout.ts';
import { networkOf } from './layouts.ts';
import { weightsIn } from './pth-weights.ts';
import { readStateDict } from './state-dict.ts';

/** Options of {@link fromPth}. */
export interface FromPthOptions {
  /** Height and width of the images, if the file leaves them open: for torchvision's networks and non-square maps. */
  imageSize?: readonly [height: number, width: number];
}

/**
 * Makes a backbone from a network that was trained with PyTorch. Its `init` returns the file's weights. It reads
 * InsightFace's arcface_torch (IResNet-18 to 100, MobileFaceNet), AdaFace's networks (IR-18 to 101) and torchvision's
 * ResNet-18 and 34, and finds the network and its size from the names and shapes in the file. The backbone has the name
 * and configuration of the same network in this package, so that runs, checkpoints and exports no longer need the file.
 *
 * AdaFace's networks take channels in the order blue, green, red. The input channels of their first filter are reversed
 * here, so that images are red, green, blue.
 *
 * @throws {InvalidDataError} if the file is not a state dict, or is of an unknown network. The error names the nearest.
 * @example
 * const backbone = fromPth(await readFile('backbone.pth'));
 * const run = train({ data, backbone, head: hardMining(arcFace()), recipe: quick, out: 'runs/mine' });
 */
export function fromPth(bytes: Uint8Array, options: FromPthOptions = {}): Backbone {
  const { imageSize } = checkOptions('fromPth', options, { imageSize: 'array' });
  const state = readStateDict(bytes);
  const match = findLayout(state);
  const { layout, prefix } = match;
  const { of } = namesOf(layout);
  const shapeOf = (ours: string) => state.shapeOf(`${prefix}${of.get(ours)}`);
  const sizes = layout.sizes(shapeOf);
  if ('imageSize' in sizes && sizes.imageSize === undefined && imageSize === undefined) throw openSize();
  const size = sizes.imageSize ?? imageSize;
  const backbone = networkOf(layout, {
    embeddingSize: shapeOf('head.dense.weight')[0],
    width: sizes.width,
    ...(size && { imageSize: size }),
  });
  const { params, statistics } = weightsIn(state, match, backbone);
  return {
    ...backbone,
    init: () => ({
      params: unflattenParams(toTensors(params)),
      statistics: unflattenParams(toTensors(statistics)),
    }),
  };
}

const openSize = () =>
  new InvalidArgumentError({
    where: 'fromPth',
    expected: 'the size of the images, which this file leaves open',
    received: 'none',
    fix: 'Pass imageSize: [112, 96] (`--image-size 112x96`), as the network was trained.',
  });
