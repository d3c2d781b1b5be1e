import type { GraphProto, NodeProto, TensorProto } from 'onnx-buf';
import { floatConstants } from './model-file.ts';

/** A weight to be stored in 8 bits. */
export interface WeightPlan {
  node: NodeProto;
  tensor: TensorProto;
  /** Axis of the output channels, each of which has its own scale. */
  axis: number;
  bias: TensorProto | undefined;
}

/** Tensors to be stored in 8 bits. */
export interface QuantizationPlan {
  weights: WeightPlan[];
  /** Values between nodes, and the graph's inputs. */
  activations: string[];
  /** Share of the weights in the graph's float32 constants, by bytes. */
  share: number;
}

const ACTIVATIONS = new Set(['Relu', 'Clip']);

/**
 * Selects convolutions and matrix products with constant weights, and additions: their inputs, and their outputs after
 * a Relu or Clip that follows. The outputs of the graph stay float32, and so does the embedding before its last
 * reshaping.
 */
export function planQuantization(graph: GraphProto): QuantizationPlan {
  const constants = floatConstants(graph);
  const consumers = consumersOf(graph);
  const returned = returnedValues(graph);
  const weights: WeightPlan[] = [];
  const activations = new Set<string>();
  for (const node of graph.node) {
    const weight = weightOf(node, constants);
    const isSum = node.opType === 'Add' && node.input.every((name) => !constants.has(name));
    if (weight === undefined && !isSum) continue;
    if (weight !== undefined) weights.push(weight);
    for (const input of isSum ? node.input : node.input.slice(0, 1)) activations.add(input);
    const output = afterActivation(node.output[0]!, consumers);
    if (!returned.has(output)) activations.add(output);
  }
  const bytes = (tensors: Iterable<TensorProto>) =>
    [...new Set(tensors)].reduce((sum, { dims }) => sum + dims.reduce((a, b) => a * Number(b), 4), 0);
  const share = bytes(weights.map(({ tensor }) => tensor)) / bytes(constants.values());
  return { weights, activations: [...activations], share };
}

function weightOf(node: NodeProto, constants: Map<string, TensorProto>): WeightPlan | undefined {
  const tensor = constants.get(node.input[1] ?? '');
  if (node.domain !== '' || tensor === undefined || constants.has(node.input[0]!)) return undefined;
  const axis = channelAxis(node, tensor.dims.length);
  return axis === undefined ? undefined : { node, tensor, axis, bias: constants.get(node.input[2] ?? '') };
}

function channelAxis(node: NodeProto, rank: number): number | undefined {
  const integer = (name: string) =>
    Number(node.attribute.find((attribute) => attribute.name === name)?.i ?? 0n);
  if (node.opType === 'Conv') return 0;
  if (node.opType === 'MatMul' && rank === 2) return 1;
  if (node.opType === 'Gemm' && integer('transA') === 0) return integer('transB') === 1 ? 0 : 1;
  return undefined;
}

/** Returns the value after the activation that is the only reader of this value; without one, the value itself. */
function afterActivation(name: string, consumers: Map<string, NodeProto[]>): string {
  const readers = consumers.get(name) ?? [];
  return readers.length === 1 && ACTIVATIONS.has(readers[0]!.opType) ? readers[0]!.output[0]! : name;
}

function consumersOf(graph: GraphProto): Map<string, NodeProto[]> {
  const consumers = new Map<string, NodeProto[]>();
  for (const node of graph.node) {
    for (const input of node.input) consumers.set(input, [...(consumers.get(input) ?? []), node]);
  }
  return consumers;
}

/** Returns the graph's outputs, and the values that they are reshaped or normalised from. */
function returnedValues(graph: GraphProto): Set<string> {
  const returned = new Set(graph.output.map(({ name }) => name));
  const passing = new Set([
    'Reshape',
    'Flatten',
    'Identity',
    'Squeeze',
    'BatchNormalization',
    'LpNormalization',
  ]);
  for (const node of graph.node.toReversed()) {
    if (passing.has(node.opType) && node.output.some((name) => returned.has(name)))
      returned.add(node.input[0]!);
  }
  return returned;
}
