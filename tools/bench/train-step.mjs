import '@tensorflow/tfjs-backend-cpu';
import { softmax } from '@hm/losses';
import { compile } from '@hm/onnx';
import { resnet18 } from '@hm/resnet';
import { flattenParams, fromTensors, hostTensor, Rng } from '@hm/tensor';
import { paper, trainingStep } from '@hm/train';
import { serve } from './contestant.mjs';

const BATCH = 64;
const CLASSES = 1000;
const rng = Rng.of(1);
const backbone = resnet18();
const head = softmax();
const { params, statistics } = backbone.init(rng);
const trained = fromTensors(
  flattenParams({
    backbone: params,
    head: head.init(rng, { classes: CLASSES, embeddingSize: backbone.embeddingSize }),
  }),
);
const named = (prefix, tensors, change = (tensor) => tensor) =>
  Object.entries(tensors).map(([name, tensor]) => [prefix + name, change(tensor)]);
const zeros = (tensor) => ({ ...tensor, data: new Float32Array(tensor.data.length) });

const program = await compile(trainingStep(backbone, head, paper), {
  state: Object.fromEntries([
    ...named('params.', trained),
    ...named('momentum.', trained, zeros),
    ...named('statistics.', fromTensors(flattenParams(statistics))),
  ]),
  inputs: {
    images: { shape: [BATCH, 112, 112, 3] },
    labels: { shape: [BATCH], dtype: 'int32' },
    learningRate: { shape: [] },
    step: { shape: [] },
  },
  threads: 2,
});
const images = Float32Array.from({ length: BATCH * 112 * 112 * 3 }, () => rng.normal());
const labels = Int32Array.from({ length: BATCH }, () => rng.integer(CLASSES));
const inputs = {
  images: hostTensor('float32', [BATCH, 112, 112, 3], images),
  labels: hostTensor('int32', [BATCH], labels),
  learningRate: hostTensor('float32', [], Float32Array.of(0.01)),
  step: hostTensor('float32', [], Float32Array.of(0)),
};
await serve(() => program.run(inputs));
