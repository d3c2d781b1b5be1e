import { fromTensors, toTensor } from '@hm/tensor';
import type { HostTensor } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import type { Networks } from '../networks/network-runner.ts';
import {
  type NetworkOutput,
  outputNetwork,
  proposalNetwork,
  refinementNetwork,
} from '../networks/networks.ts';
import type { MtcnnWeights } from '../networks/weights.ts';

/** The networks on the current tfjs backend, for comparison with the traced graphs. */
export function eagerNetworks(weights: MtcnnWeights): Networks {
  const run = async (network: () => NetworkOutput) => {
    const outputs = tf.tidy(network);
    const values = fromTensors(outputs);
    tf.dispose(outputs);
    return values;
  };
  const image = (host: HostTensor) => toTensor<tf.Rank.R4>(host);
  return {
    propose: (canvas, mask) =>
      run(() => proposalNetwork(constants(weights.pnet), image(canvas), image(mask))),
    refine: (crops) => run(() => refinementNetwork(constants(weights.rnet), image(crops))),
    output: (crops) => run(() => outputNetwork(constants(weights.onet), image(crops))),
    release: async () => undefined,
  };
}

const constants = (weights: Record<string, HostTensor<'float32'>>) =>
  Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, toTensor(tensor)]));
