import { preprocessingToMetadata } from '@hm/datasets/preprocessing';
import { trace } from '@hm/onnx';
import { withMetadata } from '@hm/onnx/session';
import * as tf from '@tensorflow/tfjs-core';
import { calibrationToMetadata } from './calibration-metadata.ts';
import { dlibCalibrations } from './dlib-calibrations.ts';
import { dlibNetwork } from './dlib-network.ts';
import { dlibWeights, type ReadWeights } from './dlib-weights.ts';

/** dlib's network as an ONNX file that says of itself what its images must go through and what its similarities mean. */
export async function traceDlib(read: ReadWeights): Promise<Uint8Array<ArrayBuffer>> {
  const weights = await dlibWeights(read);
  const constants = () =>
    Object.fromEntries(
      Object.entries(weights).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]),
    );
  const model = trace(({ images }) => ({ embedding: dlibNetwork(constants(), images as tf.Tensor4D) }), {
    images: { shape: ['batch', 150, 150, 3] },
  });
  return new Uint8Array(
    withMetadata(model, {
      ...preprocessingToMetadata(preprocessing),
      ...calibrationToMetadata(dlibCalibrations),
      'hm.license': 'Public domain: Davis E. King gave dlib_face_recognition_resnet_model_v1 to it.',
    }),
  );
}

/** Mean and scale are in the graph. */
const preprocessing = {
  height: 150,
  width: 150,
  channels: 'rgb',
  mean: 0,
  scale: 1,
  template: 'dlib-150x150',
} as const;
