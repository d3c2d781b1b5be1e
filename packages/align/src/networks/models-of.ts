import { withWeights } from '@hm/onnx/session';
import { graphs } from './graphs.ts';
import type { MtcnnModels } from './network-runner.ts';
import type { MtcnnWeights } from './weights.ts';

/** The networks with weights that are already read. */
export const modelsOf = ({ pnet, rnet, onet }: MtcnnWeights): MtcnnModels => ({
  propose: withWeights(bytesOf(graphs.propose), pnet),
  refine: withWeights(bytesOf(graphs.refine), rnet),
  output: withWeights(bytesOf(graphs.output), onet),
});

const bytesOf = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
