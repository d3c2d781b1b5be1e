import { create } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import type { Graph, GraphNode, GraphValue } from '../graph.ts';
import { nodeProto, valueInfoProto } from '../protos.ts';
import type { ValueInfo } from '../session/session-options.ts';
import type { NetworkCut } from './network.ts';

/**
 * Returns nodes that compute a cut's value for a batch of any size, with the network's nodes before the cut applied to
 * `images` images at a time.
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

/** Pads images with zeros at the end, so that they split into groups of equal size. */
function filled(graph: Graph, images: string, count: string, group: number, axes: number): string {
  const missing = graph.add('Mod', [graph.add('Neg', [count]), graph.integers(group)]);
  const none = graph.integers(...Array<number>(axes).fill(0));
  const pads = graph.add('Concat', [graph.integers(0), none, missing, none], { attributes: { axis: 0 } });
  return graph.add('Pad', [images, pads]);
}

/** A loop over groups of a batch. */
interface Scan {
  /**
   * Nodes that process a group. They are moved into the loop with the constants that they read, and read nothing else
   * from outside.
   */
  nodes: readonly GraphNode[];
  /** One group, as the nodes read it, and as they return it. */
  input: GraphValue;
  output: GraphValue;
  /** Name of the value that holds all groups: an axis for the groups, then the shape of one. */
  groups: string;
}

/**
 * Appends a loop inside the graph (`Scan`), whose iterations read and write their groups in place. A session that is
 * run for each group would wait for its threads every time.
 *
 * @returns the results of all groups: an axis for the groups, then the shape of one.
 */
function addScan(graph: Graph, { nodes, input, output, groups }: Scan): string {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const read = new Set(
    nodes.flatMap(({ inputs }) => inputs.filter((name) => name !== '' && !made.has(name))),
  );
  const constants = [...graph.constants.values()].filter(({ name }) => read.has(name));
  // A graph inside a node must not define a name that is known outside.
  const own = new Set([input.name, output.name, ...constants.map(({ name }) => name)]);
  const inside = (name: string) => (own.has(name) ? `${name} inside` : name);
  const value = (described: GraphValue) =>
    create(ValueInfoProtoSchema, valueInfoProto({ ...described, name: inside(described.name) }));
  const body = create(GraphProtoSchema, {
    name: 'group',
    node: nodes.map((node) =>
      nodeProto({ ...node, inputs: node.inputs.map(inside), outputs: node.outputs.map(inside) }),
    ),
    initializer: constants.map((constant) => ({ ...constant, name: inside(constant.name) })),
    input: [value(input)],
    output: [value(output)],
  });
  const attribute = create(AttributeProtoSchema, { name: 'body', type: AttributeType.GRAPH, g: body });
  return graph.add('Scan', [groups], { attributes: { body: attribute, num_scan_inputs: 1 } });
}
