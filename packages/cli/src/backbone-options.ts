import { Option } from '@commander-js/extra-typings';
import type { Backbone, BackboneName, ResNetOptions } from '@hm/resnet';
import { imageSize } from './parse-option.ts';

/** Which backbone to train. */
export interface BackboneOptions extends ResNetOptions {
  backbone: BackboneName;
}

/** The names of the networks, for an option of a command. */
export const backboneOption = () =>
  new Option('--backbone <name>', 'the network; an iresnet has face stem, ir blocks and head E')
    .choices(['resnet18', 'resnet34', 'iresnet18', 'iresnet34', 'iresnet50', 'iresnet100'] as const)
    .default('resnet18' as const);

/** A backbone by its name. */
export async function backboneOf({ backbone, ...options }: BackboneOptions): Promise<Backbone> {
  const { backboneByName } = await import('@hm/resnet');
  return backboneByName(backbone, options);
}

/** Height and width of the network's images. */
export const imageSizeOption = (description: string) =>
  new Option('--image-size <pixels>', description)
    .argParser(imageSize)
    .default([112, 112] as [number, number], '112');
