import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { Backbone, BackboneName, ResNetOptions } from '@hm/resnet';
import { imageSize } from './parse-option.ts';

/** Options of the backbone. */
export interface BackboneOptions extends ResNetOptions {
  /** Name of a network, or path of a trained one. Default: the network in the file to begin with, else a ResNet-18. */
  backbone?: string | undefined;
  /** Run, checkpoint or file with the initial weights. */
  pretrained?: string | undefined;
}

const names: readonly BackboneName[] = [
  ...(['resnet18', 'resnet34', 'iresnet18', 'iresnet34', 'iresnet50', 'iresnet100'] as const),
  ...(['mobilefacenet', 'mobilenetv4', 'dlib-resnet'] as const),
];

/** Parses the name of a network, or the path of a network file. */
export function backboneName(text: string): string {
  if (isFile(text) || names.some((name) => name === text)) return text;
  throw new InvalidArgumentError(`Expected an ONNX or .pth file or one of ${names.join(', ')}.`);
}

const isFile = (text: string) => /\.(onnx|pth|pt)$/i.test(text);

/** Returns the backbone that the options name, and where its initial weights come from. */
export async function backboneOf({
  backbone: named,
  pretrained,
  ...options
}: BackboneOptions): Promise<{ backbone: Backbone; pretrained?: string }> {
  const file = named ?? (pretrained !== undefined && isFile(pretrained) ? pretrained : undefined);
  if (file !== undefined && isFile(file)) {
    const { pretrainedBackbone } = await import('@hm/train');
    return {
      backbone: await pretrainedBackbone(file, { imageSize: options.imageSize }),
      pretrained: pretrained ?? file,
    };
  }
  const { backboneByName } = await import('@hm/resnet');
  const backbone = backboneByName(named ?? 'resnet18', options);
  return { backbone, ...(pretrained !== undefined && { pretrained }) };
}

/** Loads the network in a file as a backbone. */
export const backboneOfFile = async (path: string): Promise<Backbone> =>
  (await import('@hm/train')).pretrainedBackbone(path);

/** Creates the option `--image-size`, the height and width of the network's input. */
export const imageSizeOption = (description: string) =>
  new Option('--image-size <pixels>', description)
    .argParser(imageSize)
    .default([112, 112] as [number, number], '112');
