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
  /** Height and width of the images, where the file leaves them open. */
  imageSize?: readonly [height: number, width: number] | undefined;
  /**
   * What batch normalizations of an ONNX file that are not folded do in training: `frozen` (default) keeps their
   * statistics, `train` uses those of the batch.
   */
  normalization?: 'frozen' | 'train' | undefined;
}

/** The network of a file, and how its images are prepared, if the file says so: `train` then does the same. */
export interface PretrainedBackbone extends Backbone {
  readonly preprocessing?: Preprocessing;
}

/**
 * The network in a file: an ONNX file of anybody's, or a `.pth` or `.pt` of PyTorch whose names are known. Pass the file as
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

/** The backbone of a file that was exported from a run with its normalizations apart. */
function ownBackbone(bytes: Uint8Array): Backbone | undefined {
  const saved = readMetadata(bytes)['hm.backbone'];
  if (saved === undefined) return undefined;
  const { name, config } = JSON.parse(saved) as { name: string; config: object };
  const constants = fromBinary(ModelProtoSchema, bytes).graph?.initializer ?? [];
  const isFolded = !constants.some((constant) => constant.name.endsWith('.variance'));
  return name === 'onnx' || isFolded ? undefined : backboneByName(name, config);
}
