import type { Graph, GraphNode } from '../graph.ts';
import { floats } from './constants.ts';

/** What an operator does to each channel: `slope · x + intercept`. */
interface Affine {
  slope: Float64Array | undefined;
  intercept: Float64Array | undefined;
  /** Name of the constant that is the intercept, if there is one. */
  name?: string;
}

/** A convolution or matrix product with constant weights, whose channels lie along `axis`. */
interface Linear {
  weights: Float32Array;
  dims: readonly number[];
  axis: number;
  bias: Float32Array | undefined;
}

/**
 * Folds batch normalization, and additions and products by a constant for each channel, into the convolution or matrix
 * product before it, in place, if nothing else reads the value in between. Computed in double precision.
 */
export function foldAffine(graph: Graph, outputs: ReadonlySet<string>): void {
  const readers = new Map<string, number>();
  for (const name of graph.nodes.flatMap(({ inputs }) => inputs))
    readers.set(name, (readers.get(name) ?? 0) + 1);
  const producers = new Map<string, GraphNode>();
  graph.nodes = graph.nodes.filter((node) => {
    const source = node.inputs.find((name) => producers.has(name)) ?? '';
    const producer = producers.get(source);
    const alone = readers.get(source) === 1 && !outputs.has(source);
    if (producer && alone && merge(graph, producer, node, readers)) {
      producer.outputs = node.outputs;
      producers.set(node.outputs[0]!, producer);
      return false;
    }
    for (const name of node.outputs) producers.set(name, node);
    return true;
  });
}

function merge(
  graph: Graph,
  producer: GraphNode,
  node: GraphNode,
  readers: ReadonlyMap<string, number>,
): boolean {
  const linear = linearOf(graph, producer);
  const affine = linear && affineOf(graph, node, producer, linear.dims[linear.axis]!);
  if (linear === undefined || affine === undefined) return false;
  const [x, filter, bias = ''] = producer.inputs as [string, string, string?];
  const { slope, intercept, name = `${filter}.bias` } = affine;
  const weights = slope ? replaced(graph, filter, linear.dims, scaled(linear, slope), readers) : filter;
  const channels = linear.dims[linear.axis]!;
  const moved = Float32Array.from(
    { length: channels },
    (_, channel) => (linear.bias?.[channel] ?? 0) * (slope?.[channel] ?? 1) + (intercept?.[channel] ?? 0),
  );
  const hasBias = linear.bias !== undefined || intercept !== undefined;
  producer.inputs = [
    x,
    weights,
    ...(hasBias ? [replaced(graph, bias || name, [channels], moved, readers)] : []),
  ];
  return true;
}

/** Replaces the values of a constant, under the same name if nothing else reads it. */
function replaced(
  graph: Graph,
  name: string,
  shape: readonly number[],
  values: Float32Array,
  readers: ReadonlyMap<string, number>,
): string {
  if (readers.get(name) === 1) graph.constants.delete(name);
  return graph.constant('float32', shape, values, name);
}

function linearOf(graph: Graph, { op, domain, inputs, attributes }: GraphNode): Linear | undefined {
  if (domain !== '' || (op !== 'Conv' && op !== 'Gemm')) return undefined;
  const weights = floats(graph.constants.get(inputs[1]!));
  const bias = inputs[2] ? floats(graph.constants.get(inputs[2])) : undefined;
  if (weights === undefined || (inputs[2] && bias === undefined)) return undefined;
  const isOne = (name: string) => {
    const value = attributes[name];
    return value === undefined || (typeof value === 'object' && 'float' in value && value.float === 1);
  };
  const dims = graph.constants.get(inputs[1]!)!.dims.map(Number);
  const axis = op === 'Conv' || attributes.transB === 1 ? 0 : 1;
  const plain = attributes.transA !== 1 && isOne('alpha') && isOne('beta');
  const perChannel = bias === undefined || bias.length === dims[axis];
  return plain && perChannel ? { weights, dims, axis, bias } : undefined;
}

function scaled({ weights, dims, axis }: Linear, slope: Float64Array): Float32Array {
  const inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  return weights.map((value, index) => value * slope[Math.floor(index / inner) % dims[axis]!]!);
}

function affineOf(graph: Graph, node: GraphNode, producer: GraphNode, channels: number): Affine | undefined {
  if (node.domain !== '') return undefined;
  if (node.op === 'BatchNormalization') return normalization(graph, node, channels);
  if (node.op !== 'Add' && node.op !== 'Mul') return undefined;
  const other = node.inputs.find((name) => !producer.outputs.includes(name));
  const values = other === undefined ? undefined : perChannel(graph, other, producer, channels);
  if (values === undefined) return undefined;
  return node.op === 'Add'
    ? { slope: undefined, intercept: values, name: other! }
    : { slope: values, intercept: undefined };
}

/** Returns a constant that broadcasts along the channels only: the second axis of an image, the last of a matrix. */
function perChannel(
  graph: Graph,
  name: string,
  { op }: GraphNode,
  channels: number,
): Float64Array | undefined {
  const tensor = graph.constants.get(name);
  const values = floats(tensor);
  if (tensor === undefined || values === undefined || values.length !== channels) return undefined;
  const dims = tensor.dims.map(Number);
  const fits =
    op === 'Gemm'
      ? dims.length <= 2 && dims.at(-1) === channels
      : dims.length >= 3 && dims.at(-3) === channels;
  return fits ? Float64Array.from(values) : undefined;
}

function normalization(
  graph: Graph,
  { inputs, outputs, attributes }: GraphNode,
  channels: number,
): Affine | undefined {
  const [scale, offset, mean, variance] = inputs.slice(1).map((name) => floats(graph.constants.get(name)));
  if (outputs.length > 1 || attributes.training_mode === 1) return undefined;
  if (!scale || !offset || !mean || !variance || scale.length !== channels) return undefined;
  const { epsilon } = attributes;
  const shift = typeof epsilon === 'object' && 'float' in epsilon ? epsilon.float : 1e-5;
  const slope = Float64Array.from(scale, (value, channel) => value / Math.sqrt(variance[channel]! + shift));
  const intercept = Float64Array.from(offset, (value, channel) => value - mean[channel]! * slope[channel]!);
  return { slope, intercept };
}
