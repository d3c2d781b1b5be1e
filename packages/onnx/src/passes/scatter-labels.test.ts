import '@tensorflow/tfjs-backend-cpu';
import { hostTensor } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { readModelFile } from '../precision/model-file.ts';
import { createSession } from '../session.ts';
import { trace } from '../trace/trace.ts';

const CLASSES = 5;
const mask = (labels: tf.Tensor, first: number) =>
  tf.cast(tf.equal(tf.expandDims(labels, 1), tf.range(first, first + CLASSES, 1, 'int32')), 'float32');

/** Adds a value at each row's label, classes being counted from `first`. */
const program =
  (first: number) =>
  ({ matrix, labels, values }: Record<string, tf.Tensor>) => ({
    y: tf.add(matrix!, tf.mul(mask(labels!, first), tf.expandDims(values!, 1))),
  });

test.each([
  [0, true],
  [1, false],
])(
  'a product with a mask of labels, counted from %i, is added: by scattering: %s',
  async (first, scatters) => {
    const model = trace(program(first), {
      matrix: { shape: [4, CLASSES] },
      labels: { shape: [4], dtype: 'int32' },
      values: { shape: [4] },
    });
    const operators = readModelFile(model).graph.node.map(({ opType }) => opType);
    expect(operators.includes('ScatterND')).toBe(scatters);
    const session = await createSession(model, { threads: 1 });
    const { y } = await session.run({
      matrix: hostTensor('float32', [4, CLASSES], new Float32Array(4 * CLASSES).fill(1)),
      labels: hostTensor('int32', [4], Int32Array.of(2, 4, -1, 7)),
      values: hostTensor('float32', [4], Float32Array.of(3, 5, 7, 9)),
    });
    const wanted = new Float32Array(4 * CLASSES).fill(1);
    wanted[2 - first] = 4;
    wanted[CLASSES + 4 - first] = 6;
    expect([...y!.data]).toEqual([...wanted]);
    await session.release();
  },
);

test('a mask of one row for all, or with one value for all, is multiplied as it is', () => {
  const one = { labels: { shape: [1], dtype: 'int32' as const }, values: { shape: [1] } };
  const model = trace(program(0), { matrix: { shape: [4, CLASSES] }, ...one });
  expect(readModelFile(model).graph.node.map(({ opType }) => opType)).not.toContain('ScatterND');
});
