import {
  decodeSafetensors,
  type HostTensor,
  hostTensor,
  InvalidDataError,
  type ReadFile,
  readTfjsWeights,
  sizeOf,
} from '@hm/tensor/host';
import { shapes } from './weight-shapes.ts';

/** Weights of the three networks `pnet`, `rnet` and `onet`, by the names in {@link shapes}. */
export type MtcnnWeights = Record<'pnet' | 'rnet' | 'onet', Record<string, HostTensor<'float32'>>>;

/**
 * Reads MTCNN's weights and converts them for upright images. The originals were trained on transposed images, so
 * height and width of every filter, and of the map that the first dense layer takes, are swapped.
 *
 * @param location A tfjs weights manifest (`….json`, with its shards in the same folder) or a `.safetensors` file
 * with the same names.
 * @throws {InvalidDataError} if a file cannot be read, or a tensor is missing or has another shape.
 */
export async function weightsFrom(location: string, read: ReadFile): Promise<MtcnnWeights> {
  const tensors = await readTensors(location, read).catch((cause: unknown) => {
    throw faulty(location, 'a readable weights file', cause instanceof Error ? cause.message : cause, cause);
  });
  const weights: MtcnnWeights = { pnet: {}, rnet: {}, onet: {} };
  for (const [name, shape] of Object.entries(shapes)) {
    const tensor = tensors[name];
    if (tensor?.dtype !== 'float32' || tensor.shape.join() !== shape.join()) {
      throw faulty(location, `float32 "${name}" of shape [${shape.join(', ')}]`, describe(tensor));
    }
    const [network, ...rest] = name.split('/') as ['pnet' | 'rnet' | 'onet', ...string[]];
    weights[network][rest.join('/')] = upright(name, tensor as HostTensor<'float32'>);
  }
  return weights;
}

const readTensors = async (location: string, read: ReadFile): Promise<Record<string, HostTensor>> =>
  location.endsWith('.safetensors')
    ? decodeSafetensors(await read(location)).tensors
    : readTfjsWeights(location, read);

function upright(name: string, tensor: HostTensor<'float32'>): HostTensor<'float32'> {
  const { shape } = tensor;
  if (shape.length === 4) return swapLeadingAxes(tensor, shape as [number, number, number, number]);
  if (!name.endsWith('fc1/weights')) return tensor;
  const channels = name.startsWith('rnet') ? 64 : 128;
  const swapped = swapLeadingAxes(tensor, [3, 3, channels, shape[1]!]);
  return hostTensor('float32', shape, swapped.data);
}

function swapLeadingAxes(
  { data }: HostTensor<'float32'>,
  shape: readonly [number, number, number, number],
): HostTensor<'float32'> {
  const [first, second, ...rest] = shape;
  const block = sizeOf(rest);
  const swapped = new Float32Array(data.length);
  for (let i = 0; i < first; i++) {
    for (let j = 0; j < second; j++) {
      const from = (i * second + j) * block;
      swapped.set(data.subarray(from, from + block), (j * first + i) * block);
    }
  }
  return hostTensor('float32', [second, first, ...rest], swapped);
}

const describe = (tensor: HostTensor | undefined): string =>
  tensor === undefined ? 'nothing' : `${tensor.dtype} [${tensor.shape.join(', ')}]`;

const faulty = (path: string, expected: string, received: unknown, cause?: unknown) =>
  new InvalidDataError({
    where: 'loadMtcnn',
    expected,
    received,
    fix: 'Pass the manifest of MTCNN weights as face-api.js lays them out, or leave `weights` out.',
    fields: { path },
    cause,
  });
