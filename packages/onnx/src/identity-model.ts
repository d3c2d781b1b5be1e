import { dataTypeOf, Graph, type GraphValue } from './graph.ts';

/** Creates a model of one `Identity` node, from `x` to `y`. */
export function identityModel(): Uint8Array {
  const graph = new Graph();
  const value = { dtype: 'float32' as const, shape: [1] };
  graph.publish(graph.add('Identity', ['x']), 'y');
  return graph.encode([{ name: 'x', ...value }], [{ name: 'y', ...value }]);
}

/** Creates a model from `x` to `y` that adds in half precision. */
export function halfModel(): Uint8Array {
  const graph = new Graph();
  const value = { dtype: 'float32' as const, shape: [1] };
  const cast = (name: string, dtype: 'float16' | 'float32') =>
    graph.add('Cast', [name], { attributes: { to: dataTypeOf(dtype) } });
  const half = cast('x', 'float16');
  graph.publish(cast(graph.add('Add', [half, half]), 'float32'), 'y');
  return graph.encode([{ name: 'x', ...value }], [{ name: 'y', ...value }]);
}

/** Prefix of the outputs of {@link copyModel}. */
export const COPY = 'copy:';

/** Creates a model that copies each of its inputs. */
export function copyModel(values: readonly GraphValue[]): Uint8Array {
  const graph = new Graph();
  for (const { name } of values) graph.publish(graph.add('Identity', [name]), COPY + name);
  return graph.encode(
    values,
    values.map((value) => ({ ...value, name: COPY + value.name })),
  );
}
