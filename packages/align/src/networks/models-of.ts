import { withWeights } from '@hm/onnx/session';
import { type HostTensor, hostZeros, sizeOf } from '@hm/tensor/host';
import { graphs } from './graphs.ts';
import type { MtcnnModels } from './network-runner.ts';
import type { MtcnnWeights } from './weights.ts';

/** Returns the networks with the given weights. */
export function modelsOf(weights: MtcnnWeights): MtcnnModels {
  const { pnet, rnet, onet } = inBlocks(weights);
  return {
    propose: withWeights(graphs.propose, pnet),
    refine: withWeights(graphs.refine, rnet),
    output: withWeights(graphs.output, onet),
  };
}

/** Number of channels that ONNX Runtime groups into a block on any processor. */
const BLOCK = 16;

/** Pads the channels after the first convolution with zeros, up to a multiple of the block size. */
export function inBlocks({ pnet, rnet, onet }: MtcnnWeights): MtcnnWeights {
  return { pnet: fill(pnet), rnet: fill(rnet), onet };
}

function fill(weights: Record<string, HostTensor<'float32'>>): Record<string, HostTensor<'float32'>> {
  const channels = Math.ceil(weights['conv1/bias']!.shape[0]! / BLOCK) * BLOCK;
  const widen = (name: string, axis: number) => ({ [name]: widened(weights[name]!, axis, channels) });
  return {
    ...weights,
    ...widen('conv1/weights', 3),
    ...widen('conv1/bias', 0),
    ...widen('prelu1_alpha', 0),
    ...widen('conv2/weights', 2),
  };
}

/** Pads axis `axis` of a tensor with zeros to length `size`. */
function widened({ data, shape }: HostTensor<'float32'>, axis: number, size: number): HostTensor<'float32'> {
  const wide = hostZeros('float32', shape.with(axis, size));
  const block = sizeOf(shape.slice(axis));
  const stride = sizeOf(wide.shape.slice(axis));
  for (let from = 0, to = 0; from < data.length; from += block, to += stride)
    wide.data.set(data.subarray(from, from + block), to);
  return wide;
}
