import type { Graph, GraphNode } from '../graph.ts';
import { addScan } from '../scan.ts';
import type { ValueInfo } from '../session/session-options.ts';
import type { NetworkCut } from './network.ts';

/**
 * Nodes that give a cut's value for a batch of any size, by the network's nodes before it for so many images at a time.
 *
 * @param nodes from the network's input to the cut.
 */
export function fewAtATime(
  graph: Graph,
  nodes: readonly GraphNode[],
  { name, dtype, shape: [, ...size] }: ValueInfo,
  { value, shape }: NetworkCut,
  images: number,
): GraphNode[] {
  graph.nodes = [];
  const first = graph.integers(0);
  const count = graph.add('Gather', [graph.add('Shape', [name]), first], { attributes: { axis: 0 } });
  const results = addScan(graph, {
    nodes,
    input: { name, dtype, shape: [images, ...size] },
    output: { name: value, dtype: 'float32', shape: [images, ...shape] },
    groups: graph.add('Reshape', [
      filled(graph, name, count, images, size.length),
      graph.integers(-1, images, ...(size as number[])),
    ]),
  });
  const inputs = [graph.add('Reshape', [results, graph.integers(-1, ...shape)]), first, count, first];
  graph.nodes.push({ op: 'Slice', domain: '', inputs, outputs: [value], attributes: {}, sameShape: false });
  return graph.nodes;
}

/** Images with zeros behind, so that they fall into groups of one size. */
function filled(graph: Graph, images: string, count: string, group: number, axes: number): string {
  const missing = graph.add('Mod', [graph.add('Neg', [count]), graph.integers(group)]);
  const none = graph.integers(...Array<number>(axes).fill(0));
  const pads = graph.add('Concat', [graph.integers(0), none, missing, none], { attributes: { axis: 0 } });
  return graph.add('Pad', [images, pads]);
}
