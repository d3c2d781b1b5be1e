import type { Graph, GraphNode } from '../graph.ts';
import { integers } from './constants.ts';

/**
 * Replaces the addition of a product with a mask, `m + (labels == 0 … C − 1) · v`, by the addition of one value to one
 * entry of each row. The mask compares, casts, multiplies and adds all of `[B, C]`, as in losses over many classes. A
 * label out of range adds nothing, as with the mask. Nodes that nothing reads any longer are left for other passes to
 * remove.
 */
export function scatterLabels(graph: Graph): void {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const nodes = graph.nodes;
  graph.nodes = [];
  for (const node of nodes) {
    const found = maskedAddition(graph, node, producers);
    if (found === undefined) graph.nodes.push(node);
    else writeScatter(graph, found, node.outputs);
  }
}

interface MaskedAddition {
  matrix: string;
  /** Labels and values, `[B, 1]` each. */
  labels: string;
  values: string;
  rows: number;
  classes: number;
}

function maskedAddition(
  graph: Graph,
  node: GraphNode,
  producers: ReadonlyMap<string, GraphNode>,
): MaskedAddition | undefined {
  if (node.op !== 'Add' || !node.sameShape) return undefined;
  const of = (name: string | undefined, op: string) => {
    const producer = name === undefined ? undefined : producers.get(name);
    return producer?.op === op ? producer : undefined;
  };
  /** Returns the operand that an operator of type `op` computed, and the other operand. */
  const split = ({ inputs: [a, b] }: GraphNode, op: string) =>
    of(b, op) ? ([of(b, op)!, a!] as const) : of(a, op) ? ([of(a, op)!, b!] as const) : undefined;
  const [product, matrix] = split(node, 'Mul') ?? [];
  const [mask, values] = (product && split(product, 'Cast')) ?? [];
  const equal = of(mask?.inputs[0], 'Equal');
  const [column, range] = (equal && split(equal, 'Reshape')) ?? [];
  const classes = range === undefined ? 0 : countedFromZero(graph, range);
  const rows = column === undefined ? 0 : rowsOf(graph, column);
  const valueColumn = of(values, 'Reshape');
  if (rows === 0 || classes === 0 || valueColumn === undefined) return undefined;
  if (rowsOf(graph, valueColumn) !== rows) return undefined;
  return { matrix: matrix!, labels: column!.outputs[0]!, values: values!, rows, classes };
}

/** Returns B for a value that is reshaped to `[B, 1]`, else 0. */
function rowsOf(graph: Graph, { inputs }: GraphNode): number {
  const [rows = 0, columns, ...others] = integers(graph.constants.get(inputs[1]!)) ?? [];
  return columns === 1 && others.length === 0 && rows > 0 ? rows : 0;
}

/** Returns how many numbers a constant holds if they are the 32-bit integers 0, 1, 2, …; else 0. */
function countedFromZero(graph: Graph, name: string): number {
  const tensor = graph.constants.get(name);
  if (tensor === undefined || tensor.dims.length !== 1 || tensor.dataType !== 6) return 0;
  const bytes = new Uint8Array(tensor.rawData);
  const values = new Int32Array(bytes.buffer);
  return values.every((value, index) => value === index) ? values.length : 0;
}

function writeScatter(
  graph: Graph,
  { matrix, labels, values, rows, classes }: MaskedAddition,
  outputs: string[],
): void {
  const wide = graph.add('Cast', [labels], { attributes: { to: 7 } });
  const last = graph.constant('int64', [1, 1], [classes - 1]);
  const inside = graph.add('Max', [graph.add('Min', [wide, last]), graph.constant('int64', [1, 1], [0])]);
  const hit = graph.add('Cast', [graph.add('Equal', [inside, wide])], { attributes: { to: 1 } });
  const added = graph.add('Reshape', [graph.add('Mul', [values, hit]), graph.integers(rows)]);
  const numbers = graph.constant(
    'int64',
    [rows, 1],
    Array.from({ length: rows }, (_, row) => row),
  );
  const places = graph.add('Concat', [numbers, inside], { attributes: { axis: 1 } });
  graph.nodes.push({
    ...{ op: 'ScatterND', domain: '', inputs: [matrix, places, added], outputs, sameShape: false },
    attributes: { reduction: 'add' },
  });
}
