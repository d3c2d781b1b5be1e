import { withWeights } from '@hm/onnx/session';
import { graphs } from './graphs.ts';
import type { MtcnnModels } from './network-runner.ts';
import type { MtcnnWeights } from './weights.ts';

/** The networks with weights that are already read. */
export const modelsOf = ({ pnet, rnet, onet }: MtcnnWeights): MtcnnModels => ({
  propose: withWeights(graphs.propose, pnet),
  refine: withWeights(graphs.refine, rnet),
  output: withWeights(graphs.output, onet),
});
