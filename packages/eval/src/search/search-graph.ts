import { Graph } from '@hm/onnx/graph';

/**
 * Builds an ONNX graph that finds the `k` most similar rows. Inputs are unit probes `[P, D]` and a block of a gallery
 * `[C, D]`. Outputs are the cosines `[P, k]`, best first, and their rows in the block.
 *
 * @param areUnit True if the gallery's rows already have unit length.
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
