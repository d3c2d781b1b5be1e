import { create } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import type { Graph, GraphNode, GraphValue } from './graph.ts';
import { nodeProto, valueInfoProto } from './protos.ts';

/** A loop over groups of a batch. */
export interface Scan {
  /** What is done with a group: taken into the loop, with the constants that they read. */
  nodes: readonly GraphNode[];
  /** One group, as the nodes read it, and as they give it. */
  input: GraphValue;
  output: GraphValue;
  /** All groups: the shape of one behind an axis for them. */
  groups: string;
}

/**
 * Appends a loop inside of the graph (`Scan`), whose turns read and write their groups in place. A session that were run for
 * each turn would wait for its threads every time.
 *
 * @returns the results of all groups: the shape of one behind an axis for them.
 */
export function addScan(graph: Graph, { nodes, input, output, groups }: Scan): string {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const read = new Set(
    nodes.flatMap(({ inputs }) => inputs.filter((name) => name !== '' && !made.has(name))),
  );
  const constants = [...graph.constants.values()].filter(({ name }) => read.has(name));
  // A graph inside of a node must not give a name that is known outside.
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
  return graph.add('Scan', [groups], {
    attributes: { body: attribute, num_scan_inputs: 1 },
    captures: [...read].filter((name) => !own.has(name)),
  });
}
