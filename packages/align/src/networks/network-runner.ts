import { trace } from '@hm/onnx';
import { createSession, type Session, type SessionOptions } from '@hm/onnx/session';
import type { HostTensor } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { type NetworkWeights, outputNetwork, proposalNetwork, refinementNetwork } from './networks.ts';
import { SessionCache } from './session-cache.ts';
import type { MtcnnWeights } from './weights.ts';

type Outputs = Record<string, HostTensor>;

/** The three networks, ready to run on host tensors of RGB values 0–255. */
export interface Networks {
  /** `canvas` `[1, H, W, 3]`, `mask` `[1, H - 2, W - 2, 1]`. */
  propose(canvas: HostTensor<'float32'>, mask: HostTensor<'float32'>): Promise<Outputs>;
  /** `crops` `[B, 24, 24, 3]`. */
  refine(crops: HostTensor<'float32'>): Promise<Outputs>;
  /** `crops` `[B, 48, 48, 3]`. */
  output(crops: HostTensor<'float32'>): Promise<Outputs>;
  release(): Promise<void>;
}

/**
 * P-Net has one graph per canvas size, and a graph holds memory in proportion to its pixels: graphs for this
 * many are kept, about 30 sizes of small photographs or two of large ones.
 */
const CACHED_PIXELS = 2 ** 21;

/** Traces the networks to ONNX graphs and loads them; P-Net once per canvas size, when it is first met. */
export async function traceNetworks(weights: MtcnnWeights, options: SessionOptions): Promise<Networks> {
  const refine = await load(() => traceRefinement(weights), options);
  const output = await load(() => traceOutput(weights), options);
  const proposals = new SessionCache<Session>(CACHED_PIXELS);
  return {
    propose(canvas, mask) {
      const [, height, width] = canvas.shape as [number, number, number, number];
      return proposals.use(
        `${height}×${width}`,
        height * width,
        () => load(() => traceProposal(weights, height, width), options),
        (session) => session.run({ canvas, mask }),
      );
    },
    refine: (crops) => refine.run({ crops }),
    output: (crops) => output.run({ crops }),
    async release() {
      await Promise.all([refine.release(), output.release(), proposals.clear()]);
    },
  };
}

const load = (model: () => Uint8Array, options: SessionOptions): Promise<Session> =>
  createSession(model(), options);

const traceProposal = (weights: MtcnnWeights, height: number, width: number) =>
  trace(
    ({ canvas, mask }) =>
      proposalNetwork(constants(weights.pnet), canvas as tf.Tensor4D, mask as tf.Tensor4D),
    { canvas: { shape: [1, height, width, 3] }, mask: { shape: [1, height - 2, width - 2, 1] } },
  );

const traceRefinement = (weights: MtcnnWeights) =>
  trace(({ crops }) => refinementNetwork(constants(weights.rnet), crops as tf.Tensor4D), {
    crops: { shape: ['batch', 24, 24, 3] },
  });

const traceOutput = (weights: MtcnnWeights) =>
  trace(({ crops }) => outputNetwork(constants(weights.onet), crops as tf.Tensor4D), {
    crops: { shape: ['batch', 48, 48, 3] },
  });

/** Weights as tensors of the backend in use; whoever calls disposes of them. */
const constants = (weights: Record<string, HostTensor<'float32'>>): NetworkWeights =>
  Object.fromEntries(
    Object.entries(weights).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]),
  );
