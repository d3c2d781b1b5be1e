import { create } from '@bufbuild/protobuf';
import { sizeOf } from '@hm/tensor/host';
import { type TensorProto, TensorProtoSchema } from 'onnx-buf';
import type { Graph, GraphNode } from '../graph.ts';
import { sourcesOf } from '../layout.ts';
import { bytesOfConstant, elementBytes, integers } from './constants.ts';

/**
 * Rearranges constants once instead of in every run of the graph: `Transpose`, `Reshape` and the like of a constant
 * become a constant. It takes over the name of its source if nothing else reads the source.
 */
export function foldConstants(graph: Graph, outputs: ReadonlySet<string>): void {
  const folded = new Map<string, string>();
  graph.nodes = graph.nodes.filter((node) => {
    const [name] = node.outputs as [string];
    const value = node.domain === '' && !outputs.has(name) ? computed(graph, node) : undefined;
    if (value === undefined) return true;
    graph.constants.set(name, { ...value, name });
    if (node.op !== 'Constant') folded.set(name, node.inputs[0]!);
    return false;
  });
  const read = new Set([...graph.nodes.flatMap(({ inputs }) => inputs), ...outputs]);
  const names = new Map<string, string>();
  for (const [name, source] of folded) {
    if (!read.has(name) || read.has(source)) continue;
    const origin = originOf(source, folded);
    if (!read.has(origin)) names.set(name, origin);
    read.add(origin);
  }
  graph.renameConstants(names);
}

const originOf = (name: string, folded: ReadonlyMap<string, string>): string => {
  const source = folded.get(name);
  return source === undefined ? name : originOf(source, folded);
};

/** Larger constants that only repeat a value are left to be computed when the graph runs. */
const LARGEST_EXPANSION = 65_536;

function computed(graph: Graph, node: GraphNode): TensorProto | undefined {
  if (node.op === 'Constant') return heldBy(node);
  const source = graph.constants.get(node.inputs[0] ?? '');
  const bytes = source && bytesOfConstant(source);
  if (source === undefined || bytes === undefined) return undefined;
  const dims = source.dims.map(Number);
  const second = integers(graph.constants.get(node.inputs[1] ?? ''));
  switch (node.op) {
    case 'Transpose':
      return transposed(source, bytes, dims, permutationOf(node, dims.length));
    case 'Reshape':
      return second && node.attributes.allowzero !== 1
        ? like(source, bytes, reshaped(dims, second))
        : undefined;
    case 'Expand':
      return second && dims.every((size) => size === 1) && sizeOf(second) <= LARGEST_EXPANSION
        ? like(source, repeated(bytes, sizeOf(second)), second)
        : undefined;
    case 'Identity':
      return source;
    default:
      return undefined;
  }
}

/** Returns the tensor of a `Constant` node; nodes with other kinds of values are left as they are. */
function heldBy({ attributes }: GraphNode): TensorProto | undefined {
  const { value } = attributes;
  return typeof value === 'object' && 't' in value ? value.t : undefined;
}

const like = (source: TensorProto, rawData: Uint8Array<ArrayBuffer>, dims: readonly number[]): TensorProto =>
  create(TensorProtoSchema, { dataType: source.dataType, dims: dims.map(BigInt), rawData });

const permutationOf = ({ attributes }: GraphNode, rank: number): readonly number[] =>
  Array.isArray(attributes.perm)
    ? attributes.perm
    : Array.from({ length: rank }, (_, axis) => rank - 1 - axis);

function transposed(
  source: TensorProto,
  bytes: Uint8Array,
  split: readonly number[],
  permutation: readonly number[],
): TensorProto {
  const declared = permutation.map((axis) => split[axis]!);
  const width = elementBytes(source)!;
  const moved = new Uint8Array(bytes.length);
  sourcesOf({ split, permutation, declared }).forEach((from, to) => {
    for (let byte = 0; byte < width; byte++) moved[to * width + byte] = bytes[from * width + byte]!;
  });
  return like(source, moved, declared);
}

/** Resolves the shape given to `Reshape`: 0 keeps a size, -1 is what is left. */
function reshaped(dims: readonly number[], wanted: readonly number[]): number[] {
  const shape = wanted.map((size, axis) => (size === 0 ? dims[axis]! : size));
  const rest = sizeOf(shape.filter((size) => size !== -1));
  return shape.map((size) => (size === -1 ? sizeOf(dims) / rest : size));
}

function repeated(bytes: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes.length * count);
  for (let index = 0; index < count; index++) all.set(bytes, index * bytes.length);
  return all;
}
