import { AttributeProto_AttributeType as AttributeType, type GraphProto } from 'onnx-buf';
import { Graph } from '../graph.ts';
import type { ModelFile } from '../precision/model-file.ts';
import { graphNode, nodeProto } from '../protos.ts';

/**
 * Rewrites the graph of a parsed model in place. A model with graphs inside its nodes is left as it is, because their
 * reads are hidden.
 */
export function rewrite(
  { graph: file }: ModelFile,
  pass: (graph: Graph, outputs: ReadonlySet<string>) => void,
): void {
  if (file.node.some(({ attribute }) => attribute.some(holdsGraph))) return;
  const graph = new Graph();
  graph.nodes = file.node.map(graphNode);
  for (const tensor of file.initializer) graph.constants.set(tensor.name, tensor);
  graph.take(graph.nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
  graph.take(file.input.map(({ name }) => name));
  const outputs = new Set(file.output.map(({ name }) => name));
  pass(graph, outputs);
  writeBack(graph, outputs, file);
}

function writeBack(graph: Graph, outputs: ReadonlySet<string>, file: GraphProto): void {
  file.node = graph.nodes.map(nodeProto);
  const before = new Map(file.initializer.map((tensor) => [tensor.name, tensor]));
  const read = new Set([...graph.nodes.flatMap(({ inputs }) => inputs), ...outputs]);
  file.initializer = [...graph.constants.values()].filter(({ name }) => read.has(name));
  const kept = new Set(file.initializer);
  // Before IR 4 every constant was also listed as an input, which would have to be fed once the constant is gone.
  file.input = file.input.filter(({ name }) => !before.has(name) || kept.has(before.get(name)!));
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  file.valueInfo = file.valueInfo.filter(({ name }) => made.has(name));
}

/** Returns true if an attribute of a node is a graph. */
export const holdsGraph = ({ type }: { type: AttributeType }) =>
  type === AttributeType.GRAPH || type === AttributeType.GRAPHS;
