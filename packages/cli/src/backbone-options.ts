import { Option } from '@commander-js/extra-typings';
import type { Backbone, ResNetOptions } from '@hm/resnet';
import { imageSize } from './parse-option.ts';

/** Which backbone to train. */
export interface BackboneOptions extends ResNetOptions {
  backbone: 'resnet18' | 'resnet34';
}

/** A backbone by its name. */
export async function backboneOf({ backbone, ...options }: BackboneOptions): Promise<Backbone> {
  const { resnet18, resnet34 } = await import('@hm/resnet');
  return { resnet18, resnet34 }[backbone](options);
}

/** Height and width of the network's images. */
export const imageSizeOption = (description: string) =>
  new Option('--image-size <pixels>', description)
    .argParser(imageSize)
    .default([112, 112] as [number, number], '112');
