import type { Graph, GraphNode } from '../graph.ts';

/**
 * Moves products of an input and a constant to the front, such as the scaled momentum of an optimizer. ONNX Runtime
 * orders nodes from the outputs back to what they are computed from, and of two operands it visits the later one in the
 * file first. It would scale parameters and momentum, each as large as the weights, and hold them while it computes the
 * gradient to add.
 */
export function scalingsFirst(graph: Graph, inputs: ReadonlySet<string>): void {
  const isScaling = ({ op, inputs: factors }: GraphNode) =>
    op === 'Mul' && factors.every((name) => inputs.has(name) || graph.isConstant(name));
  graph.nodes = graph.nodes.toSorted((a, b) => Number(isScaling(b)) - Number(isScaling(a)));
}
