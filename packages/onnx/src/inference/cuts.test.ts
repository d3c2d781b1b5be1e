import { expect, test } from 'vitest';
import { Graph } from '../graph.ts';
import { byImage } from './by-image.ts';
import { cutsOf } from './cuts.ts';

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
