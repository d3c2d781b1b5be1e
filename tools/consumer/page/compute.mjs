import { arcFace, hardMining } from '@hm/losses';
import { exportOnnx } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { resnet18 } from '@hm/resnet';
import { hostTensor, Rng, toTensor } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';

const size = 32;

/** Computes numbers with every package: a traced network's embeddings, a hard-mined loss of them, and its gradient. */
export async function compute() {
  const backbone = resnet18({ imageSize: [size, size], embeddingSize: 16 });
  const variables = backbone.init(Rng.of(7));
  const apply = ({ input }) => ({ embedding: backbone.apply(variables, input, 'inference').embeddings });
  const session = await createSession(await exportOnnx(apply, { input: { shape: ['N', size, size, 3] } }));
  const { embedding } = await session.run({ input: noise([2, size, size, 3]) });
  await session.release();
  const head = hardMining(arcFace({ scale: 16 }));
  const params = head.init(Rng.of(9), { classes: 10, embeddingSize: 16 });
  const labels = tf.tensor1d([3, 9], 'int32');
  const mean = (embeddings) => tf.mean(head.losses(params, embeddings, labels, 0).losses);
  const { value, grad } = tf.valueAndGrad(mean)(toTensor(embedding));
  return [...embedding.data, ...value.dataSync(), ...grad.dataSync()];
}

function noise(shape) {
  const rng = Rng.of(8);
  const length = shape.reduce((a, b) => a * b);
  return hostTensor(
    'float32',
    shape,
    Float32Array.from({ length }, () => rng.normal()),
  );
}
