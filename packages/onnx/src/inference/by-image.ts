import type { Graph, GraphNode } from '../graph.ts';
import { integers } from '../passes/constants.ts';
import { holdsGraph } from '../passes/rewrite.ts';

/** Operators that compute each image of a batch independently, as inference uses them. */
const BY_IMAGE: ReadonlySet<string> = new Set(
  (
    'MaxPool AveragePool GlobalAveragePool GlobalMaxPool ReorderInput ReorderOutput Cast Identity Dropout Relu LeakyRelu ' +
    'PRelu Elu Selu Sigmoid HardSigmoid HardSwish Tanh Erf Exp Log Sqrt Reciprocal Abs Neg Pow Clip Min Max Add Sub Mul Div Sum'
  ).split(' '),
);

/** The leading nodes of a network that compute every image of a batch independently, and their results. */
export interface ByImage {
  /** Number of these nodes; all nodes if the whole network keeps images apart. */
  nodes: number;
  /** The input, and the results whose first axis is still the batch. */
  ofImages: ReadonlySet<string>;
}

/**
 * Determines how far into a network a batch may be computed in parts. Unless the operators clearly keep images apart,
 * images count as mixed. Only {@link whileRows} tells whether each row still is one image: a reshaping to `[-1, 128]`
 * may join two of them, and a constant with more axes may put one before them.
 *
 * @param input the network's only input, whose first axis is the batch.
 */
export function byImage(graph: Graph, input: string): ByImage {
  const ofImages = new Set([input]);
  for (const [index, node] of graph.nodes.entries()) {
    if (hasGraph(node)) return { nodes: index, ofImages };
    const [first, ...others] = node.inputs.map((name) => ofImages.has(name));
    if (!first && !others.includes(true)) continue;
    const rule = conditions[node.op];
    const isApart = rule === undefined ? BY_IMAGE.has(node.op) : first === true && rule(graph, node, others);
    if (!isApart) return { nodes: index, ofImages };
    for (const name of node.outputs) if (name !== '') ofImages.add(name);
  }
  return { nodes: graph.nodes.length, ofImages };
}

/** Returns the nodes before the first with a result that does not have one row for each image, as `isRows` tells. */
export function whileRows(
  graph: Graph,
  { nodes, ofImages }: ByImage,
  isRows: (value: string) => boolean,
): ByImage {
  const mixing = graph.nodes
    .slice(0, nodes)
    .findIndex(({ outputs }) => outputs.some((name) => ofImages.has(name) && !isRows(name)));
  return { nodes: mixing === -1 ? nodes : mixing, ofImages };
}

/**
 * Returns true if a batch may be computed in parts by the whole network: all `outputs` must have the batch as first
 * axis.
 */
export const keepsImagesApart = (
  graph: Graph,
  { nodes, ofImages }: ByImage,
  outputs: ReadonlySet<string>,
): boolean => nodes === graph.nodes.length && [...outputs].every((name) => ofImages.has(name));

/**
 * A place that splits a network into two parts. Of the values of the first part and its input, the second reads only
 * one.
 */
export interface Cut {
  /** Number of nodes in the first part. */
  nodes: number;
  value: string;
}

/**
 * Returns the places where a network can be cut so that its first part may compute the images of a batch a few at a
 * time.
 */
export function cutsOf(
  { nodes, constants }: Graph,
  { nodes: apart, ofImages }: ByImage,
  outputs: ReadonlySet<string>,
): Cut[] {
  // What a graph inside a node reads is in no list of inputs.
  if (nodes.some(hasGraph)) return [];
  const made = new Map(nodes.flatMap((node, index) => node.outputs.map((name) => [name, index] as const)));
  const lastRead = new Map([...outputs].map((name) => [name, nodes.length]));
  for (const [index, { inputs }] of nodes.entries())
    for (const name of inputs)
      if (name !== '' && !constants.has(name)) lastRead.set(name, Math.max(index, lastRead.get(name) ?? 0));
  return nodes.slice(0, apart).flatMap(({ outputs: [value = ''] }, index) => {
    const passed = [...lastRead].filter(([name, last]) => last > index && (made.get(name) ?? -1) <= index);
    const isOnly = passed.length === 1 && passed[0]![0] === value;
    return isOnly && ofImages.has(value) ? [{ nodes: index + 1, value }] : [];
  });
}

/** Returns true if a node contains a graph; what that graph reads from outside is in no list of inputs. */
const hasGraph = ({ attributes }: GraphNode): boolean =>
  Object.values(attributes).some(
    (attribute) => typeof attribute === 'object' && 'type' in attribute && holdsGraph(attribute),
  );

type Rule = (graph: Graph, node: GraphNode, others: readonly boolean[]) => boolean;

const byConstantFilter: Rule = (_, __, [filter]) => filter === false;

/** A matrix of images times a constant one. */
const byConstant: Rule = (_, { attributes: { transA = 0 } }, others) =>
  transA === 0 && !others.includes(true);

/**
 * Axes, from an attribute or the second input, none of which is the first. If they are counted from the end, only the
 * last is certain not to be the first, because the number of axes is unknown.
 */
const alongOthers: Rule = (graph, { inputs, attributes: { axes, axis } }) => {
  const given =
    axis === undefined ? (axes ?? integers(graph.constants.get(inputs[1] ?? ''))) : [axis as number];
  return Array.isArray(given) && given.length > 0 && given.every((place) => place > 0 || place === -1);
};

/** Operators that keep images apart under some condition; the first input holds images. */
const conditions: Readonly<Record<string, Rule>> = {
  Conv: byConstantFilter,
  FusedConv: byConstantFilter,
  BatchNormalization: (_, { attributes: { training_mode = 0 } }) => training_mode === 0,
  Gemm: byConstant,
  FusedGemm: byConstant,
  MatMul: byConstant,
  FusedMatMul: byConstant,
  Flatten: (_, { attributes: { axis = 1 } }) => axis === 1,
  Reshape: (graph, { inputs }) => [-1, 0].includes(integers(graph.constants.get(inputs[1]!))?.[0] ?? 1),
  Pad: (graph, { inputs, attributes: { pads } }) => {
    const given = (pads ?? integers(graph.constants.get(inputs[1] ?? ''))) as number[] | undefined;
    return inputs.length < 4 && given?.[0] === 0 && given[given.length / 2] === 0;
  },
  Transpose: (_, { attributes: { perm } }) => Array.isArray(perm) && perm[0] === 0,
  Concat: alongOthers,
  Softmax: alongOthers,
  LpNormalization: alongOthers,
  Squeeze: alongOthers,
  Unsqueeze: alongOthers,
  ReduceMean: alongOthers,
  ReduceSum: alongOthers,
  ReduceSumSquare: alongOthers,
  ReduceL2: alongOthers,
  ReduceMax: alongOthers,
};
