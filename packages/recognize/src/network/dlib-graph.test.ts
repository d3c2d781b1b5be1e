import '@tensorflow/tfjs-backend-cpu';
import { trace } from '@hm/onnx';
import { withoutWeights } from '@hm/onnx/session';
import { dlibResNet, dlibWeights } from '@hm/resnet';
import { toTensors, unflattenParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { readBundled } from './bundled.node.ts';

const MEAN = [122.782, 117.001, 104.298];

it('ships the graph that dlib’s network is traced to, without its weights (vitest -u writes it anew)', async () => {
  await tf.setBackend('cpu');
  const parameters = toTensors(await dlibWeights(readBundled));
  const model = trace(
    ({ images }) => {
      const normalized = tf.div<tf.Tensor4D>(tf.sub(images!, tf.tensor1d(MEAN)), 256);
      const variables = { params: unflattenParams(parameters), statistics: {} };
      return { embedding: dlibResNet().apply(variables, normalized, 'inference').embeddings };
    },
    { images: { shape: ['batch', 150, 150, 3] } },
    { parameters },
  );
  const graph = Buffer.from(withoutWeights(model, Object.keys(parameters))).toString('base64');
  await expect(`/**
 * dlib's network as an ONNX file without weights, in base64, which takes RGB from 0 to 255: traced by dlib-graph.test.ts.
 */
export const dlibGraph =
  '${graph}';
`).toMatchFileSnapshot('./dlib-graph.ts');
});
