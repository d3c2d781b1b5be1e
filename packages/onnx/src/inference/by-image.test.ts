import { expect, test } from 'vitest';
import { Graph, type NodeOptions } from '../graph.ts';
import { byImage } from './by-image.ts';

/** Whether a network keeps the images apart to its end: a rectifier, one operator, and what is made of its result by a constant. */
function isApart(op: string, options: NodeOptions = {}, others: (graph: Graph) => string[] = () => []) {
  const graph = new Graph();
  const x = graph.add('Relu', ['x']);
  const last = graph.add('Mul', [
    graph.add(op, [x, ...others(graph)], options),
    graph.constant('float32', [], [2]),
  ]);
  return byImage(graph, 'x').ofImages.has(last);
}

const attributes = (values: Record<string, number | number[]>): NodeOptions => ({ attributes: values });
const integers =
  (...values: number[]) =>
  (graph: Graph) => [graph.integers(...values)];
const matrix = (graph: Graph) => [graph.constant('float32', [1, 1], [1])];

test.each([
  ['Conv', isApart('Conv', {}, matrix)],
  ['Gemm', isApart('Gemm', attributes({ transB: 1 }), matrix)],
  ['Flatten', isApart('Flatten')],
  ['Reshape', isApart('Reshape', {}, integers(-1, 512))],
  ['Pad', isApart('Pad', {}, integers(0, 1, 0, 1))],
  ['Transpose', isApart('Transpose', attributes({ perm: [0, 2, 3, 1] }))],
  ['Softmax', isApart('Softmax', attributes({ axis: -1 }))],
  ['ReduceL2', isApart('ReduceL2', attributes({ axes: [1] }))],
  ['ReduceMean', isApart('ReduceMean', {}, integers(2, 3))],
])('%s keeps images apart', (_, apart) => {
  expect(apart).toBe(true);
});

test.each([
  ['a convolution by the images', isApart('Conv', {}, () => ['x'])],
  ['a product with the images', isApart('MatMul', {}, () => ['x'])],
  ['a product over the batch', isApart('Gemm', attributes({ transA: 1 }), matrix)],
  ['one image of all', isApart('Reshape', {}, integers(1, -1))],
  ['more images', isApart('Pad', {}, integers(0, 1, 1, 1))],
  ['a transposed batch', isApart('Transpose', attributes({ perm: [1, 0] }))],
  ['a mean over the batch', isApart('ReduceMean', attributes({ axes: [0, 1] }))],
  ['a mean over what may be the batch', isApart('ReduceMean', attributes({ axes: [-2, -1] }))],
  ['a mean over everything', isApart('ReduceMean')],
  ['statistics of the batch', isApart('BatchNormalization', attributes({ training_mode: 1 }), matrix)],
  ['an operator that is not known', isApart('NonMaxSuppression')],
])('%s may mix them', (_, apart) => {
  expect(apart).toBe(false);
});

test('an output that no image gives is not of images', () => {
  const graph = new Graph();
  const x = graph.add('Relu', ['x']);
  const other = graph.add('Relu', [graph.constant('float32', [], [2])]);
  expect(byImage(graph, 'x')).toEqual({ nodes: 2, ofImages: new Set(['x', x]) });
  expect(other).toBe('Relu#2');
});
