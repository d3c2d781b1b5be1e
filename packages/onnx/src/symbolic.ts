/**
 * tfjs shapes are numbers. A symbolic dimension is traced as this size, which no real tensor has; where a shape is
 * written into the graph, it becomes -1, "whatever is left".
 */
export const SYMBOLIC_SIZE = 1_000_003;

/** Returns a target shape for `Reshape`, with the symbolic dimension left open. */
export const symbolicShape = (shape: readonly number[]): number[] =>
  shape.map((size) => (size > 0 && size % SYMBOLIC_SIZE === 0 ? -1 : size));
