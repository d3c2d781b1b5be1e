import { sizeOf } from '@hm/tensor/host';
import type { Graph, GraphNode } from '../graph.ts';
import { TraceError } from './trace-error.ts';

/**
 * tfjs shapes are numbers. A symbolic dimension is traced as this size, which no real tensor has; where a shape is
 * written into the graph, it becomes -1, "whatever is left".
 */
export const SYMBOLIC_SIZE = 1_000_003;

/**
 * The size of a second trace, which must give the same graph. It differs from the first by much, also when divided by
 * a small number, and in whether it is even.
 */
export const OTHER_SYMBOLIC_SIZE = 1_500_014;

/** Returns a target shape for `Reshape`, with the symbolic dimension, traced as `symbol`, left open. */
export const symbolicShape = (shape: readonly number[], symbol: number): number[] =>
  shape.map((size) => (size > 0 && size % symbol === 0 ? -1 : size));

/** Constants with more values are data, not sizes. */
const LARGEST_COUNTED = 16;

/** tfjs computes with sizes as numbers, such as the count of a mean; those of the symbolic dimension are unknown. */
export function assertFixed(numbers: ArrayLike<number>, producer: string, symbol: number): void {
  const counted = numbers.length <= LARGEST_COUNTED ? Array.from(numbers) : [];
  if (counted.some((value) => value !== 0 && value % symbol === 0))
    throw dependsOnSymbol(producer, 'its size as a number or in a shape');
}

/**
 * Checks that a function gave the same graph for two sizes of the symbolic dimension.
 *
 * @throws {TraceError} with the first operator that differs, or reads a constant that differs.
 */
export function assertSameGraph(graph: Graph, other: Graph): void {
  const others = other.nodes.map((node) => describe(other, node));
  const changed = graph.nodes.find((node, place) => describe(graph, node) !== others[place]);
  if (changed === undefined && others.length === graph.nodes.length) return;
  throw dependsOnSymbol(changed?.op ?? 'trace', 'a number that changes with its size');
}

/** Returns a text with everything that a node computes with, except for large constants. */
function describe({ constants }: Graph, { op, domain, inputs, outputs, attributes }: GraphNode): string {
  const read = inputs.map((name) => {
    const { dims = [], rawData = new Uint8Array() } = constants.get(name) ?? {};
    const shape = dims.map(Number);
    return [name, shape, sizeOf(shape) <= LARGEST_COUNTED ? Array.from(rawData) : []];
  });
  return JSON.stringify([op, domain, read, outputs, attributes]);
}

const dependsOnSymbol = (where: string, received: string) =>
  new TraceError({
    where,
    expected: 'a constant that does not depend on the symbolic dimension',
    received,
    fix: 'Trace with a fixed batch size, or make the constant broadcast.',
  });
