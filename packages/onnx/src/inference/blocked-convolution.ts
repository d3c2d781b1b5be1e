import { BLOCKED_DOMAIN, type Graph, type GraphNode } from '../graph.ts';

/** A convolution of blocked images by a constant 3×3 filter with stride 1, as ONNX Runtime's optimizer leaves it. */
export interface BlockedConvolution {
  node: GraphNode;
  /** Channels of the image and of the result, both multiples of the block. */
  channels: readonly [inputs: number, outputs: number];
  /** Padding above, left, below and right. */
  pads: readonly [number, number, number, number];
}

/** Returns the description of a node that is such a convolution. */
export function blockedConvolution(
  graph: Graph,
  node: GraphNode,
  block: number,
): BlockedConvolution | undefined {
  const { op, domain, inputs, attributes } = node;
  if (op !== 'Conv' || domain !== BLOCKED_DOMAIN) return undefined;
  const all = (name: string, wanted: number) => {
    const values = attributes[name];
    return values === undefined || (Array.isArray(values) && values.every((value) => value === wanted));
  };
  const plain = all('strides', 1) && all('dilations', 1) && (attributes.group ?? 1) === 1;
  const [outputs = 0, channels = 0, ...taps] = graph.constants.get(inputs[1]!)?.dims.map(Number) ?? [];
  const pads = padsOf(node);
  if (!plain || taps.join() !== '3,3' || pads === undefined) return undefined;
  return outputs % block === 0 && channels % block === 0
    ? { node, channels: [channels, outputs], pads }
    : undefined;
}

function padsOf({ attributes: { auto_pad = 'NOTSET', pads = [0, 0, 0, 0] } }: GraphNode) {
  if (auto_pad === 'NOTSET' && Array.isArray(pads)) return pads as [number, number, number, number];
  if (auto_pad === 'VALID') return [0, 0, 0, 0] as const;
  return auto_pad === 'SAME_UPPER' || auto_pad === 'SAME_LOWER' ? ([1, 1, 1, 1] as const) : undefined;
}

/** Reorders a filter to `[9, O / b, I / b, b of I, b of O]`: its squares of channels, sorted by tap. */
export function tapsFirst(blocked: Float32Array, block: number): Float32Array {
  const square = block * block;
  const squares = blocked.length / square / 9;
  const taps = new Float32Array(blocked.length);
  for (let from = 0; from < 9 * squares; from++)
    taps.set(
      blocked.subarray(from * square, (from + 1) * square),
      ((from % 9) * squares + Math.floor(from / 9)) * square,
    );
  return taps;
}
