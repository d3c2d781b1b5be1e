import { expect, test } from 'vitest';
import { Graph, type NodeOptions } from '../graph.ts';
import { byImage, cutsOf, keepsImagesApart } from './by-image.ts';

/** Whether it keeps the images apart: a rectifier, one operator, and what is made of its result by a constant. */
function isApart(op: string, options: NodeOptions = {}, others: (graph: Graph) => string[] = () => []) {
  const graph = new Graph();
  const x = graph.add('Relu', ['x']);
  const last = graph.add('Mul', [
    graph.add(op, [x, ...others(graph)], options),
    graph.constant('float32', [], [2]),
  ]);
  return keepsImagesApart(graph, byImage(graph, 'x'), new Set([last]));
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
  const apart = byImage(graph, 'x');
  expect(keepsImagesApart(graph, apart, new Set([x]))).toBe(true);
  expect(keepsImagesApart(graph, apart, new Set([x, other]))).toBe(false);
});

/** A convolution, a block with a shortcut, and what comes behind. */
function network(last: (graph: Graph, x: string) => string): { graph: Graph; outputs: Set<string> } {
  const graph = new Graph();
  const filter = graph.constant('float32', [1, 1, 1, 1], [2]);
  const stem = graph.add('Conv', ['x', filter]);
  const inner = graph.add('Relu', [graph.add('Conv', [stem, filter])]);
  return { graph, outputs: new Set([last(graph, graph.add('Add', [inner, stem]))]) };
}

const valuesOf = ({ graph, outputs }: ReturnType<typeof network>) =>
  cutsOf(graph, byImage(graph, 'x'), outputs).map(({ nodes, value }) => `${nodes} ${value}`);

test('a network is cut before and behind a shortcut, not inside', () => {
  expect(valuesOf(network((_, x) => x))).toEqual(['1 Conv#1', '4 Add#4']);
});

test('nothing is cut behind an operator that may mix the images of a batch', () => {
  expect(valuesOf(network((graph, x) => graph.add('Relu', [graph.add('Softmax', [x])])))).toEqual([
    '1 Conv#1',
    '4 Add#4',
  ]);
});

test('a border of zeros is no end, one of more images is', () => {
  const padded = (...pads: number[]) =>
    valuesOf(network((graph, x) => graph.add('Relu', [graph.add('Pad', [x, graph.integers(...pads)])])));
  expect(padded(0, 0, 0, 0, 0, 0, 1, 1)).toEqual(['1 Conv#1', '4 Add#4', '5 Pad#6', '6 Relu#7']);
  expect(padded(0, 0, 0, 0, 1, 0, 1, 1)).toEqual(['1 Conv#1', '4 Add#4']);
});

test('nothing is cut whose input is read again', () => {
  expect(valuesOf(network((graph, x) => graph.add('Add', [x, 'x'])))).toEqual(['5 Add#5']);
});

test('a network with a graph inside of a node stays whole', () => {
  const body = { $typeName: 'onnx.AttributeProto', type: 5 } as never;
  expect(valuesOf(network((graph, x) => graph.add('If', [x], { attributes: { body } })))).toEqual([]);
});
