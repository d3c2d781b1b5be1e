import { Graph } from '@hm/onnx/graph';

/**
 * Unit probes `[P, D]` and a piece of a gallery `[C, D]` to the `k` most similar of the piece: their cosines `[P, k]`,
 * best first, and their places in the piece.
 *
 * @param areUnit The gallery's rows have unit length already.
 */
export function searchGraph(dimensions: number, areUnit = false): Uint8Array {
  const graph = new Graph();
  const normalized = { attributes: { axis: 1, p: 2 } };
  const unit = areUnit ? 'gallery' : graph.add('LpNormalization', ['gallery'], normalized);
  const cosines = graph.add('Gemm', ['probes', unit], { attributes: { transB: 1 } });
  const best = graph.add('TopK', [cosines, 'k'], { attributes: { axis: 1, largest: 1, sorted: 1 } });
  graph.publish(graph.secondOutput(best), 'places');
  graph.publish(best, 'similarities');
  const found = ['P', 'k'];
  return graph.encode(
    [
      { name: 'probes', dtype: 'float32', shape: ['P', dimensions] },
      { name: 'gallery', dtype: 'float32', shape: ['C', dimensions] },
      { name: 'k', dtype: 'int64', shape: [1] },
    ],
    [
      { name: 'similarities', dtype: 'float32', shape: found },
      { name: 'places', dtype: 'int64', shape: found },
    ],
  );
}
