import { COLLECTIVE_DOMAIN, type GraphNode } from '../graph.ts';

/** A part of a graph between reductions. */
export interface Segment {
  nodes: GraphNode[];
  /** Names of the values that it reads but does not compute, constants left out. */
  inputs: string[];
  /** Names of the values that are read after it: by later parts, by a reduction or by the caller. */
  outputs: string[];
  /** Sums over the ranks that follow it: of output `source`, with the sum named `target`. */
  reductions: Reduction[];
}

/** One sum over the ranks. */
export interface Reduction {
  source: string;
  target: string;
}

/** Returns true if a node stands for a sum over ranks. */
export const isReduction = ({ domain }: GraphNode): boolean => domain === COLLECTIVE_DOMAIN;

/**
 * Cuts a graph at its reductions. A reduction happens as soon as its operand can be available, together with all others
 * that can happen then. Other nodes run as late as their readers allow, so that few values cross a cut; nodes that
 * compute an output of the graph run as soon as they can.
 *
 * @param nodes in an order in which they can run. @param outputs of the graph. @param isConstant by name.
 */
export function cutGraph(
  nodes: readonly GraphNode[],
  outputs: ReadonlySet<string>,
  isConstant: (name: string) => boolean,
): Segment[] {
  const places = placesOf(nodes, outputs);
  const count = Math.max(0, ...[...places].map(([node, place]) => place + (isReduction(node) ? 2 : 1)));
  const segments = Array.from({ length: count }, (_, place) => segmentAt(nodes, place, places));
  const lastReads = lastReadsOf(segments, isConstant);
  for (const [place, segment] of segments.entries()) publish(segment, place, outputs, lastReads);
  return segments;
}

type Places = ReadonlyMap<GraphNode, number>;

/** Returns the part in which each node runs; for a reduction, the part that it follows. */
function placesOf(nodes: readonly GraphNode[], outputs: ReadonlySet<string>): Places {
  const earliest = earliestPlaces(nodes);
  const latest = new Map<string, number>();
  const places = new Map<GraphNode, number>();
  for (const node of nodes.toReversed()) {
    const soon = earliest.get(node)!;
    const isOutput = node.outputs.some((name) => outputs.has(name));
    const readers = node.outputs.map((name) => latest.get(name) ?? Number.POSITIVE_INFINITY);
    const place = isReduction(node) || isOutput ? soon : Math.min(...readers);
    places.set(node, place);
    for (const name of node.inputs) latest.set(name, Math.min(latest.get(name) ?? place, place));
  }
  return places;
}

/** Returns the number of successive reductions before each node. */
function earliestPlaces(nodes: readonly GraphNode[]): Places {
  const known = new Map<string, number>();
  const places = new Map<GraphNode, number>();
  for (const node of nodes) {
    const place = Math.max(0, ...node.inputs.map((name) => known.get(name) ?? 0));
    places.set(node, place);
    for (const name of node.outputs) known.set(name, isReduction(node) ? place + 1 : place);
  }
  return places;
}

function segmentAt(nodes: readonly GraphNode[], place: number, places: Places): Segment {
  const here = nodes.filter((node) => places.get(node) === place);
  const reductions = here
    .filter(isReduction)
    .map(({ inputs, outputs }) => ({ source: inputs[0]!, target: outputs[0]! }));
  return { nodes: here.filter((node) => !isReduction(node)), inputs: [], outputs: [], reductions };
}

/** Returns the last part that reads each value, and fills in what the parts read. */
function lastReadsOf(segments: Segment[], isConstant: (name: string) => boolean): Map<string, number> {
  const last = new Map<string, number>();
  segments.forEach((segment, place) => {
    const own = new Set(segment.nodes.flatMap(({ outputs }) => outputs));
    const read = new Set(segment.nodes.flatMap(({ inputs }) => inputs));
    // A reduction of an earlier value uses a copy that is made here.
    for (const { source } of segment.reductions) if (!own.has(source)) read.add(source);
    segment.inputs = [...read].filter((name) => name !== '' && !own.has(name) && !isConstant(name));
    for (const name of read) last.set(name, place);
  });
  return last;
}

/**
 * Determines what a part passes on. A sum replaces its operand, so an operand that has other readers is copied for it.
 */
function publish(
  segment: Segment,
  place: number,
  outputs: ReadonlySet<string>,
  lastReads: ReadonlyMap<string, number>,
): void {
  const own = new Set(segment.nodes.flatMap(({ outputs: made }) => made));
  const handedOn = [...own].filter((name) => outputs.has(name) || (lastReads.get(name) ?? -1) > place);
  const taken = new Set(handedOn);
  for (const reduction of segment.reductions) {
    const { source, target } = reduction;
    if (taken.has(source) || !own.has(source)) {
      reduction.source = `${target}:own`;
      segment.nodes.push(copy(source, reduction.source));
    }
    taken.add(reduction.source);
  }
  segment.outputs = [...taken];
}

const copy = (source: string, target: string): GraphNode => ({
  op: 'Identity',
  domain: '',
  inputs: [source],
  outputs: [target],
  attributes: {},
  sameShape: false,
});
