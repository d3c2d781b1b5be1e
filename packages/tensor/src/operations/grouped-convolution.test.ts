import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { centralDifferences, expectClose, expectNoLeak, gradientsOf, normals } from '../testing.ts';
import { type GroupedConvolutionOptions, groupedConvolution } from './grouped-convolution.ts';

type Shape4 = [number, number, number, number];

/** The definition: a sum over the taps and the channels of the group. */
function reference(
  x: readonly number[],
  filter: readonly number[],
  [batch, height, width, channels]: Shape4,
  [rows, columns, inputs, outputs]: Shape4,
  { groups = 1, stride = 1, dilation = 1, padding = 0 }: GroupedConvolutionOptions,
): number[] {
  const [above, beside] = typeof padding === 'number' ? [padding, padding] : padding;
  const reach = (size: number, taps: number, around: number) =>
    Math.floor((size + 2 * around - (taps - 1) * dilation - 1) / stride) + 1;
  const results: number[] = [];
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < reach(height, rows, above); i++)
      for (let j = 0; j < reach(width, columns, beside); j++)
        for (let o = 0; o < outputs; o++) {
          const first = Math.floor(o / (outputs / groups)) * inputs;
          let sum = 0;
          for (let a = 0; a < rows; a++)
            for (let b = 0; b < columns; b++)
              for (let c = 0; c < inputs; c++) {
                const [y, z] = [i * stride + a * dilation - above, j * stride + b * dilation - beside];
                if (y < 0 || z < 0 || y >= height || z >= width) continue;
                sum +=
                  x[((n * height + y) * width + z) * channels + first + c]! *
                  filter[((a * columns + b) * inputs + c) * outputs + o]!;
              }
          results.push(sum);
        }
  return results;
}

it.each<[Shape4, Shape4, GroupedConvolutionOptions]>([
  [[1, 5, 6, 2], [1, 5, 2, 3], { padding: [0, 2] }],
  [[1, 6, 5, 2], [3, 1, 1, 4], { groups: 2, stride: 2, padding: [1, 0] }],
  [[2, 5, 4, 4], [3, 3, 4, 2], {}],
  [[1, 7, 6, 4], [3, 3, 1, 4], { groups: 4, padding: 1 }],
  [[1, 7, 6, 2], [3, 3, 1, 4], { groups: 2, stride: 2, padding: 1 }],
  [[1, 6, 5, 4], [3, 3, 2, 6], { groups: 2, stride: 2, padding: 1 }],
  [[1, 7, 6, 4], [2, 3, 2, 2], { groups: 2, dilation: 2, padding: 1 }],
  [[1, 8, 7, 3], [3, 3, 1, 3], { groups: 3, dilation: 2, stride: 2, padding: 2 }],
])('%j by %j, %j, is the definition, with both gradients', (image, filter, options) => {
  const size = (shape: Shape4) => shape.reduce((product, length) => product * length);
  const [x, f] = [normals(size(image), 'image'), normals(size(filter), 'filter')];
  const value = (a: readonly number[], b: readonly number[]) => reference(a, b, image, filter, options);
  const run = (a: tf.Tensor, b: tf.Tensor) => groupedConvolution(a as tf.Tensor4D, b as tf.Tensor4D, options);
  expectNoLeak(() => {
    const result = tf.tidy(() => run(tf.tensor(x, image), tf.tensor(f, filter)));
    expectClose(result.dataSync(), value(x, f), 1e-5);
    return [result];
  });
  const weights = normals(value(x, f).length, 'weights');
  const inputs = [
    { values: x, shape: image },
    { values: f, shape: filter },
  ];
  const [byImage, byFilter] = gradientsOf((a, b) => run(a!, b!), inputs, weights);
  expectClose(
    byImage!,
    centralDifferences((v) => value(v, f), x, weights),
    1e-4,
  );
  expectClose(
    byFilter!,
    centralDifferences((v) => value(x, v), f, weights),
    1e-4,
  );
  expect(byImage!.length).toBe(size(image));
});
