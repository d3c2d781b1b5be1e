import '@tensorflow/tfjs-backend-cpu';
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import { exportOnnx } from '@hm/onnx';
import { backboneByName } from '@hm/resnet';
import { flattenParams, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** Exports a network of @hm/resnet by its name. */
export const embeddingModel = (name = 'resnet18') => exported(backboneByName(name));

/** Exports a backbone with random weights and its preprocessing, as training does. */
export function exported(backbone) {
  const variables = backbone.init(Rng.of(1));
  const [height, width] = backbone.imageSize;
  return exportOnnx(
    ({ input }) => {
      const images = tf.transpose(input, [0, 2, 3, 1]);
      return { embedding: backbone.apply(variables, images, 'inference').embeddings };
    },
    { input: { shape: ['N', 3, height, width] } },
    {
      parameters: { ...flattenParams(variables.params), ...flattenParams(variables.statistics) },
      metadata: preprocessingToMetadata(defaultPreprocessing),
      foldNormalization: true,
    },
  );
}
