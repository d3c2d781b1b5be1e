import { BLOCKED_DOMAIN, type GraphNode } from './graph.ts';
import { withoutDead } from './passes/without-dead.ts';

/**
 * Merges a blocked convolution with the addition and the rectifier that follow it, if nothing else reads the values in
 * between: ONNX Runtime's kernel does both while the result is in registers.
 */
export function fuseBlocked(nodes: readonly GraphNode[], outputs: ReadonlySet<string>): GraphNode[] {
  const live = withoutDead(nodes, outputs);
  const sums = join(live, outputs, 'Add', (convolution, add) => {
    if (convolution.inputs.length === 4 || convolution.attributes.activation !== undefined) return undefined;
    const other = add.inputs.find((name) => name !== convolution.outputs[0]);
    if (other === undefined || add.sameShape !== true) return undefined;
    const [x, filter, bias = ''] = convolution.inputs as [string, string, string?];
    return { ...convolution, inputs: [x, filter, bias, other], outputs: add.outputs };
  });
  return join(sums, outputs, 'Relu', (convolution, relu) =>
    convolution.attributes.activation === undefined
      ? {
          ...convolution,
          outputs: relu.outputs,
          attributes: { ...convolution.attributes, activation: 'Relu' },
        }
      : undefined,
  );
}

type Merge = (convolution: GraphNode, follower: GraphNode) => GraphNode | undefined;

/**
 * Merges each follower of type `op` with a blocked convolution that only it reads; the result takes the follower's
 * place.
 */
function join(nodes: GraphNode[], outputs: ReadonlySet<string>, op: string, merge: Merge): GraphNode[] {
  const readers = new Map<string, number>();
  for (const name of nodes.flatMap((node) => node.inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const producers = new Map(nodes.map((node) => [node.outputs[0]!, node]));
  const gone = new Set<GraphNode>();
  const result = nodes.map((node) => {
    if (node.op !== op) return node;
    for (const name of node.inputs) {
      const producer = producers.get(name);
      if (producer === undefined || gone.has(producer) || !isBlockedConvolution(producer)) continue;
      if (readers.get(name) !== 1 || outputs.has(name)) continue;
      const merged = merge(producer, node);
      if (merged === undefined) continue;
      gone.add(producer);
      producers.set(merged.outputs[0]!, merged);
      return merged;
    }
    return node;
  });
  return result.filter((node) => !gone.has(node));
}

const isBlockedConvolution = (node: GraphNode) => node.op === 'Conv' && node.domain === BLOCKED_DOMAIN;
