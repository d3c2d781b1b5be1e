import type { MtcnnModels } from './network-runner.ts';
import type { MtcnnWeights } from './weights.ts';

/** The networks of weights that are already read. tfjs is loaded here, and only here. */
export const modelsOf = async (weights: MtcnnWeights): Promise<MtcnnModels> =>
  (await import('./trace-mtcnn.ts')).traceNetworks(weights);
