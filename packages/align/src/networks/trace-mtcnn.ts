import { trace, withOpenDimensions } from '@hm/onnx';
import type { HostTensor } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import type { MtcnnModels } from './network-runner.ts';
import { type NetworkWeights, outputNetwork, proposalNetwork, refinementNetwork } from './networks.ts';
import type { MtcnnWeights } from './weights.ts';

/** The three networks as ONNX files. */
export const traceNetworks = (weights: MtcnnWeights): MtcnnModels => ({
  propose: traceProposal(weights),
  refine: trace(({ crops }) => refinementNetwork(constants(weights.rnet), crops as tf.Tensor4D), {
    crops: { shape: ['batch', 24, 24, 3] },
  }),
  output: trace(({ crops }) => outputNetwork(constants(weights.onet), crops as tf.Tensor4D), {
    crops: { shape: ['batch', 48, 48, 3] },
  }),
});

/** Traced at one even size: P-Net is convolutions all through, and pools every even canvas without a border. */
function traceProposal(weights: MtcnnWeights): Uint8Array {
  const model = trace(
    ({ canvas, mask }) =>
      proposalNetwork(constants(weights.pnet), canvas as tf.Tensor4D, mask as tf.Tensor4D),
    { canvas: { shape: [1, 32, 32, 3] }, mask: { shape: [1, 30, 30, 1] } },
  );
  const place = [1, 2];
  return withOpenDimensions(model, { canvas: place, mask: place, probabilities: place, regression: place });
}

/** Weights as tensors of the backend in use; whoever calls disposes of them. */
const constants = (weights: Record<string, HostTensor<'float32'>>): NetworkWeights =>
  Object.fromEntries(
    Object.entries(weights).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]),
  );
