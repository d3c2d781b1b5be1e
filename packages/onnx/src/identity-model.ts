import { Graph } from './graph.ts';

/** A model of one `Identity` node. */
export function identityModel(): Uint8Array {
  const graph = new Graph();
  const value = { dtype: 'float32' as const, shape: [1] };
  graph.publish(graph.add('Identity', ['x']), 'y');
  return graph.encode([{ name: 'x', ...value }], [{ name: 'y', ...value }]);
}
