import type { GraphNode } from '../graph.ts';

/** Returns the nodes on which an output depends, in order. */
export function withoutDead(nodes: readonly GraphNode[], outputs: ReadonlySet<string>): GraphNode[] {
  const needed = new Set(outputs);
  const live: GraphNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    live.push(node);
  }
  return live.reverse();
}
