import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { Backbone, BackboneName, ResNetOptions } from '@hm/resnet';
import { imageSize } from './parse-option.ts';

/** Options of the backbone. */
export interface BackboneOptions extends ResNetOptions {
  /** A name, or the file of a trained network. Default: the network in the file to begin with, else a ResNet-18. */
  backbone?: string | undefined;
  /** A run, a checkpoint or a file to begin with. */
  pretrained?: string | undefined;
}

const names: readonly BackboneName[] = [
  ...(['resnet18', 'resnet34', 'iresnet18', 'iresnet34', 'iresnet50', 'iresnet100'] as const),
  ...(['mobilefacenet', 'mobilenetv4', 'dlib-resnet'] as const),
];

/** The name of a network as users type it, or the file of one. */
export function backboneName(text: string): string {
  if (isFile(text) || names.some((name) => name === text)) return text;
  throw new InvalidArgumentError(`Expected an ONNX or .pth file or one of ${names.join(', ')}.`);
}

const isFile = (text: string) => /\.(onnx|pth|pt)$/i.test(text);

/** The backbone that options name, and the file that it begins with. */
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

/** The network of a file. */
export const backboneOfFile = async (path: string): Promise<Backbone> =>
  (await import('@hm/train')).pretrainedBackbone(path);

/** Height and width of the network's images. */
export const imageSizeOption = (description: string) =>
  new Option('--image-size <pixels>', description)
    .argParser(imageSize)
    .default([112, 112] as [number, number], '112');
