import '@tensorflow/tfjs-backend-cpu';
import { trace, withOpenDimensions } from '@hm/onnx';
import { withoutWeights } from '@hm/onnx/session';
import { toTensors } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { inBlocks } from './models-of.ts';
import type { MtcnnModels } from './network-runner.ts';
import { outputNetwork, proposalNetwork, refinementNetwork } from './networks.ts';
import { readWeights } from './read-weights.ts';
import type { MtcnnWeights } from './weights.ts';

it('ships the graphs that the networks are traced to, without their weights (vitest -u writes them anew)', async () => {
  await tf.setBackend('cpu');
  const graphs = traced(inBlocks(await readWeights()));
  const lines = Object.entries(graphs).map(
    ([name, graph]) => `  ${name}:\n    '${Buffer.from(graph).toString('base64')}',\n`,
  );
  await expect(`/** MTCNN's networks as ONNX files without weights, in base64: traced by graphs.test.ts. */
export const graphs = {\n${lines.join('')}};\n`).toMatchFileSnapshot('./graphs.ts');
});

function traced({ pnet, rnet, onet }: MtcnnWeights): MtcnnModels {
  const crops = (size: number) => ({ crops: { shape: ['batch', size, size, 3] as const } });
  const [p, r, o] = [pnet, rnet, onet].map((weights) => toTensors(weights)) as [Tensors, Tensors, Tensors];
  // At one even size: P-Net is convolutional all through, and pools every even canvas without a border.
  const propose = trace(
    ({ canvas, mask }) => proposalNetwork(p, canvas as tf.Tensor4D, mask as tf.Tensor4D),
    { canvas: { shape: [1, 32, 32, 3] }, mask: { shape: [1, 30, 30, 1] } },
    { parameters: p },
  );
  const place = [1, 2];
  const open = { canvas: place, mask: place, probabilities: place, regression: place };
  const refine = trace(({ crops }) => refinementNetwork(r, crops as tf.Tensor4D), crops(24), {
    parameters: r,
  });
  const output = trace(({ crops }) => outputNetwork(o, crops as tf.Tensor4D), crops(48), { parameters: o });
  return {
    propose: withoutWeights(withOpenDimensions(propose, open), Object.keys(pnet)),
    refine: withoutWeights(refine, Object.keys(rnet)),
    output: withoutWeights(output, Object.keys(onet)),
  };
}

type Tensors = Record<string, tf.Tensor>;
