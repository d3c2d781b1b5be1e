import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { BLOCKED_DOMAIN } from '../graph.ts';
import type { Layout } from '../layout.ts';
import type { Tracer } from '../trace/tracer.ts';

/** A filter with inputs and outputs exchanged, as the input gradient of its convolution needs it. */
export interface TurnedFilter {
  /** Layout of the images that it is convolved with. */
  image: Layout;
  /** Number of channels in a block of that layout; 0 if it has no blocks. */
  block: number;
  /** Returns the filter that has only these taps, in this order. */
  ofTaps(taps: readonly number[]): string;
}

/** Exchanges a filter's inputs and outputs. */
export function turnedFilter(
  tracer: Tracer,
  filter: TensorInfo,
  { inChannels, outChannels, filterHeight, filterWidth }: backend_util.Conv2DInfo,
): TurnedFilter {
  const { block } = tracer;
  const taps = filterHeight * filterWidth;
  if (block > 0 && inChannels % block === 0 && outChannels % block === 0) {
    return turnBlocks(tracer, filter, inChannels / block, outChannels / block, taps);
  }
  const flat = tracer.reshape(tracer.named(filter, 'oihw'), [outChannels, inChannels, taps]);
  const turned = tracer.node('Transpose', [flat], { attributes: { perm: [1, 0, 2] } });
  const ofTaps = (picked: readonly number[]) =>
    tracer.node('Gather', [turned, tracer.graph.constant('int32', [picked.length], picked)], {
      attributes: { axis: 2 },
    });
  return { image: 'nchw', block: 0, ofTaps };
}

/**
 * Turns a blocked filter, which is a list of squares, `block` inputs by `block` outputs, one for each tap and pair of
 * blocks. Each square is transposed, which is what `ReorderOutput` does to an image of one block, then the list is
 * reordered.
 */
function turnBlocks(
  tracer: Tracer,
  filter: TensorInfo,
  inputs: number,
  outputs: number,
  taps: number,
): TurnedFilter {
  const { block } = tracer;
  const squares = inputs * outputs * taps;
  const listed = tracer.reshape(tracer.named(filter, 'oihw-blocked'), [squares, block, 1, block]);
  const reordered = tracer.node('ReorderOutput', [listed], {
    domain: BLOCKED_DOMAIN,
    attributes: { channels: block, channels_last: 0 },
  });
  const transposed = tracer.reshape(reordered, [squares, block * block]);
  const ofTaps = (picked: readonly number[]) => {
    const order: number[] = [];
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        for (const tap of picked) order.push((output * inputs + input) * taps + tap);
      }
    }
    return tracer.node('Gather', [transposed, tracer.graph.constant('int32', [order.length], order)], {
      attributes: { axis: 0 },
    });
  };
  return { image: 'nchw-blocked', block, ofTaps };
}
