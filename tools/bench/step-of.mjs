import '@tensorflow/tfjs-backend-cpu';
import { softmax } from '@hm/losses';
import { backboneByName } from '@hm/resnet';
import { flattenParams, fromTensors, hostTensor, Rng } from '@hm/tensor';
import { paper, trainingStep } from '@hm/train';

/** Returns a training step, its options for `compile`, and a batch of images in memory. */
export function stepOf(name, batch, size, classes) {
  const rng = Rng.of(1);
  const backbone = backboneByName(name, { imageSize: [size, size] });
  const head = softmax();
  const { params, statistics } = backbone.init(rng);
  const trained = fromTensors(
    flattenParams({
      backbone: params,
      head: head.init(rng, { classes, embeddingSize: backbone.embeddingSize }),
    }),
  );
  const named = (prefix, tensors, change = (tensor) => tensor) =>
    Object.entries(tensors).map(([key, tensor]) => [prefix + key, change(tensor)]);
  const zeros = (tensor) => ({ ...tensor, data: new Float32Array(tensor.data.length) });
  const options = {
    state: Object.fromEntries([
      ...named('params.', trained),
      ...named('momentum.', trained, zeros),
      ...named('statistics.', fromTensors(flattenParams(statistics))),
    ]),
    inputs: {
      images: { shape: [batch, size, size, 3] },
      labels: { shape: [batch], dtype: 'int32' },
      learningRate: { shape: [] },
      step: { shape: [] },
    },
    threads: 2,
  };
  const images = Float32Array.from({ length: batch * size * size * 3 }, () => rng.normal());
  const labels = Int32Array.from({ length: batch }, () => rng.integer(classes));
  const inputs = {
    images: hostTensor('float32', [batch, size, size, 3], images),
    labels: hostTensor('int32', [batch], labels),
    learningRate: hostTensor('float32', [], Float32Array.of(0.01)),
    step: hostTensor('float32', [], Float32Array.of(0)),
  };
  return { step: trainingStep(backbone, head, paper), options, inputs };
}
