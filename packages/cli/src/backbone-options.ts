import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { Backbone, BackboneName, ResNetOptions } from '@hm/resnet';
import { imageSize } from './parse-option.ts';

/** Which backbone to train. */
export interface BackboneOptions extends ResNetOptions {
  /** A name, or the ONNX file of a trained network. */
  backbone: string;
}

const names: readonly BackboneName[] = [
  ...(['resnet18', 'resnet34', 'iresnet18', 'iresnet34', 'iresnet50', 'iresnet100'] as const),
  ...(['mobilefacenet', 'mobilenetv4', 'dlib-resnet'] as const),
];

/** The names of the networks, for an option of a command. */
export const backboneOption = () =>
  new Option(
    '--backbone <network>',
    `${names.join(', ')}, or the ONNX file of a trained network to train further`,
  )
    .argParser((text): string => {
      if (isOnnx(text) || names.some((name) => name === text)) return text;
      throw new InvalidArgumentError(`Expected an ONNX file or one of ${names.join(', ')}.`);
    })
    .default('resnet18');

const isOnnx = (text: string) => text.endsWith('.onnx');

/** A backbone by its name or from its file. */
export async function backboneOf({ backbone, ...options }: BackboneOptions): Promise<Backbone> {
  if (isOnnx(backbone)) return onnxBackbone(backbone, options);
  const { backboneByName } = await import('@hm/resnet');
  return backboneByName(backbone, options);
}

/** The network of an ONNX file. */
export async function onnxBackbone(path: string, options: ResNetOptions = {}): Promise<Backbone> {
  const { fromOnnx } = await import('@hm/resnet/from-onnx');
  const { readRegularFile } = await import('@hm/tensor/files');
  return fromOnnx(await readRegularFile(path), options.imageSize && { imageSize: options.imageSize });
}

/** Height and width of the network's images. */
export const imageSizeOption = (description: string) =>
  new Option('--image-size <pixels>', description)
    .argParser(imageSize)
    .default([112, 112] as [number, number], '112');
