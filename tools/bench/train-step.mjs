// `train-step.mjs [NETWORK BATCH SIZE CLASSES] [direct]`: one step of training on images that are in memory; `direct` leaves
// convolutions as they stand.
import '@tensorflow/tfjs-backend-cpu';
import { softmax } from '@hm/losses';
import { chooseKernels, compile } from '@hm/onnx';
import { backboneByName } from '@hm/resnet';
import { flattenParams, fromTensors, hostTensor, Rng } from '@hm/tensor';
import { paper, trainingStep } from '@hm/train';
import { serve } from './contestant.mjs';

const direct = process.argv.at(-1) === 'direct';
const [name = 'resnet18', ...numbers] = process.argv.slice(2).filter((word) => word !== 'direct');
const [batch = 64, size = 112, classes = 1000] = numbers.map(Number);
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
  Object.entries(tensors).map(([name, tensor]) => [prefix + name, change(tensor)]);
const zeros = (tensor) => ({ ...tensor, data: new Float32Array(tensor.data.length) });

const step = trainingStep(backbone, head, paper);
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
const kernels = direct ? {} : await chooseKernels(step, options);
const program = await compile(step, { ...options, kernels });
const images = Float32Array.from({ length: batch * size * size * 3 }, () => rng.normal());
const labels = Int32Array.from({ length: batch }, () => rng.integer(classes));
const inputs = {
  images: hostTensor('float32', [batch, size, size, 3], images),
  labels: hostTensor('int32', [batch], labels),
  learningRate: hostTensor('float32', [], Float32Array.of(0.01)),
  step: hostTensor('float32', [], Float32Array.of(0)),
};
await serve(() => program.run(inputs));
