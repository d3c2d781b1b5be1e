import { fromBinary } from '@bufbuild/protobuf';
import { type Preprocessing, preprocessingFromMetadata } from '@hm/datasets';
import { readMetadata } from '@hm/onnx/session';
import { type Backbone, backboneByName } from '@hm/resnet';
import { checkOptions } from '@hm/tensor';
import { readRegularFile } from '@hm/tensor/files';
import { checkArguments } from '@hm/tensor/host';
import { ModelProtoSchema } from 'onnx-buf';
import { networkFormat } from './network-file.ts';

/** Options of {@link pretrainedBackbone}. */
export interface PretrainedBackboneOptions {
  /** Height and width of the images, if the file leaves them open. */
  imageSize?: readonly [height: number, width: number] | undefined;
  /**
   * What an ONNX file's batch normalizations do in training if they are not folded: `frozen` (default) keeps their
   * statistics, `train` uses those of the batch.
   */
  normalization?: 'frozen' | 'train' | undefined;
}

/** Network from a file, and how to prepare its images if the file says so; `train` then does the same. */
export interface PretrainedBackbone extends Backbone {
  readonly preprocessing?: Preprocessing;
}

/**
 * Reads the network in a file: any ONNX file, or a PyTorch `.pth` or `.pt` with known names. Pass the file as
 * `pretrained` too, so that the run begins with its weights and its configuration says so.
 *
 * @throws {InvalidDataError} if the file is none of these.
 * @example
 * const backbone = await pretrainedBackbone('w600k_r50.onnx');
 * const run = train({ data, backbone, head, pretrained: 'w600k_r50.onnx', out: 'runs/mine' });
 */
export async function pretrainedBackbone(
  path: string,
  options: PretrainedBackboneOptions = {},
): Promise<PretrainedBackbone> {
  checkOptions('pretrainedBackbone', options, {
    imageSize: 'array',
    normalization: { oneOf: ['frozen', 'train'] },
  });
  checkArguments('pretrainedBackbone', { path }, { path: 'string' });
  const { imageSize, normalization } = options;
  const bytes = await readRegularFile(path);
  if (networkFormat(path) !== 'onnx') {
    const { fromPth } = await import('@hm/resnet/pth');
    return fromPth(bytes, imageSize && { imageSize });
  }
  const { fromOnnx } = await import('@hm/resnet/from-onnx');
  const backbone =
    ownBackbone(bytes) ??
    (await fromOnnx(bytes, { ...(imageSize && { imageSize }), ...(normalization && { normalization }) }));
  const preprocessing = preprocessingFromMetadata(readMetadata(bytes));
  return { ...backbone, ...(preprocessing && { preprocessing }) };
}

/** Backbone of a file that was exported from a run without folding its normalizations. */
function ownBackbone(bytes: Uint8Array): Backbone | undefined {
  const saved = readMetadata(bytes)['hm.backbone'];
  if (saved === undefined) return undefined;
  const { name, config } = JSON.parse(saved) as { name: string; config: object };
  const constants = fromBinary(ModelProtoSchema, bytes).graph?.initializer ?? [];
  const isFolded = !constants.some((constant) => constant.name.endsWith('.variance'));
  return name === 'onnx' || isFolded ? undefined : backboneByName(name, config);
}
