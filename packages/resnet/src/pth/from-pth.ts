import { checkOptions, InvalidArgumentError, toTensors, unflattenParams } from '@hm/tensor';
import type { Backbone } from '../backbone.ts';
import { findLayout, namesOf } from './find-layout.ts';
import { networkOf } from './layouts.ts';
import { weightsIn } from './pth-weights.ts';
import { readStateDict } from './state-dict.ts';

/** Options of {@link fromPth}. */
export interface FromPthOptions {
  /** Height and width of the images, where the file leaves them open: torchvision's networks, and maps that are not square. */
  imageSize?: readonly [height: number, width: number];
}

/**
 * A network that PyTorch trained as a backbone, whose `init` gives the file's weights: InsightFace's arcface_torch
 * (IResNet-18 to 100, MobileFaceNet), AdaFace's (IR-18 to 101) and torchvision's ResNet-18 and 34. Which one it is, and how
 * large, the file's names and shapes say. Its name and configuration are those of the same network of this package, so
 * that runs, checkpoints and exports need the file no more.
 *
 * AdaFace's networks take blue, green and red; here their first filter is turned round, and images are red, green and blue.
 *
 * @throws {InvalidDataError} if the file is no state dict, or of a network that is not known; the nearest is named.
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
