import type { Graph, GraphNode } from '../graph.ts';

/**
 * Moves products of an input by a constant to the front, such as the momentum that an optimizer keeps. ONNX Runtime goes from
 * what nobody reads back to what it is made of, of two operands first to the later one in the file: it would scale parameters
 * and momentum and hold them while it computes the gradient to add, each as large as the weights.
 */
export function scalingsFirst(graph: Graph, inputs: ReadonlySet<string>): void {
  const isScaling = ({ op, inputs: factors }: GraphNode) =>
    op === 'Mul' && factors.every((name) => inputs.has(name) || graph.isConstant(name));
  graph.nodes = graph.nodes.toSorted((a, b) => Number(isScaling(b)) - Number(isScaling(a)));
}
