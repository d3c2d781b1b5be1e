import '@tensorflow/tfjs-backend-cpu';
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import { exportOnnx } from '@hm/onnx';
import { resnet18 } from '@hm/resnet';
import { Rng } from '@hm/tensor';

/** ResNet-18 as training exports it, with its preprocessing. */
export function embeddingModel() {
  const backbone = resnet18();
  const variables = backbone.init(Rng.of(1));
  return exportOnnx({
    apply: (images) => backbone.apply(variables, images, 'inference').embeddings,
    imageSize: backbone.imageSize,
    metadata: preprocessingToMetadata(defaultPreprocessing),
  });
}
