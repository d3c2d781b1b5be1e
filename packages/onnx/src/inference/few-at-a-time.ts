import { create } from '@bufbuild/protobuf';
import type { HostDtype } from '@hm/tensor/host';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import type { Graph, GraphNode } from '../graph.ts';
import { nodeProto, valueInfoProto } from '../protos.ts';
import type { ValueInfo } from '../session/session-options.ts';
import type { NetworkCut } from './network.ts';

/**
 * The first part of a network for so many images at a time: a loop over the batch inside of the graph (`Scan`), whose turns
 * read and write the batch in place. A session that were run for each turn would wait for its threads every time.
 *
 * @param back what comes behind it; constants that both read stay where they are.
 * @returns nodes that give the cut's value for a batch of any size.
 */
export function fewAtATime(
  graph: Graph,
  { front, back }: { front: readonly GraphNode[]; back: readonly GraphNode[] },
  { name, dtype, shape: [, ...sizes] }: ValueInfo,
  { value, shape }: NetworkCut,
  images: number,
): GraphNode[] {
  // A graph inside of a node must not give a name that is known outside.
  const inside = (given: string) => (given === name || given === value ? `${given} of a few` : given);
  const named = (given: string, type: HostDtype, rest: readonly (number | string)[]) =>
    create(
      ValueInfoProtoSchema,
      valueInfoProto({ name: inside(given), dtype: type, shape: [images, ...rest] }),
    );
  const readBehind = new Set(back.flatMap(({ inputs }) => inputs));
  const readHere = new Set(front.flatMap(({ inputs }) => inputs.filter((input) => !readBehind.has(input))));
  const body = create(GraphProtoSchema, {
    name: 'a few images',
    node: front.map((node) =>
      nodeProto({ ...node, inputs: node.inputs.map(inside), outputs: node.outputs.map(inside) }),
    ),
    initializer: [...graph.constants.values()].filter((constant) => readHere.has(constant.name)),
    input: [named(name, dtype, sizes)],
    output: [named(value, 'float32', shape)],
  });
  graph.nodes = [];
  const first = graph.integers(0);
  const count = graph.add('Gather', [graph.add('Shape', [name]), first], { attributes: { axis: 0 } });
  const groups = graph.add('Reshape', [
    filled(graph, name, count, images, sizes.length),
    graph.integers(-1, images, ...(sizes as number[])),
  ]);
  const results = graph.add('Scan', [groups], {
    attributes: {
      body: create(AttributeProtoSchema, { name: 'body', type: AttributeType.GRAPH, g: body }),
      num_scan_inputs: 1,
    },
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
