import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { it } from 'vitest';
import { compare } from '../testing/compare.ts';
import { amongConvolutions, floats } from '../testing/inputs.ts';

const size = fc.integer({ min: 1, max: 4 });

/** Two shapes of up to four dimensions that broadcast: each axis of either may be 1, and either may be shorter. */
const broadcasting = fc
  .array(fc.tuple(size, fc.constantFrom('both', 'left', 'right')), { maxLength: 4 })
  .chain((axes) =>
    fc
      .tuple(fc.constant(axes), fc.nat(axes.length), fc.nat(axes.length))
      .map(([all, dropLeft, dropRight]) => [
        all.map(([length, where]) => (where === 'right' ? 1 : length)).slice(dropLeft),
        all.map(([length, where]) => (where === 'left' ? 1 : length)).slice(dropRight),
      ]),
  );

it('arithmetic on any two shapes that broadcast', async () => {
  await fc.assert(
    fc.asyncProperty(broadcasting, async ([left, right]) => {
      const program = (a: tf.Tensor, b: tf.Tensor) => tf.mul(tf.sub(a, b), tf.add(b, 1));
      await compare(program, [floats(left!), floats(right!, -2, 2, 1)], { gradients: true });
    }),
    { numRuns: 60, seed: 1 },
  );
});

const geometry = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 3, max: 9 }),
  width: fc.integer({ min: 3, max: 9 }),
  from: fc.constantFrom(1, 3, 8, 16, 24),
  to: fc.constantFrom(4, 8, 16, 32),
  rows: fc.integer({ min: 1, max: 3 }),
  columns: fc.integer({ min: 1, max: 3 }),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  pad: fc.constantFrom('same' as const, 'valid' as const),
});

it('convolutions of any geometry, with their gradients', async () => {
  await fc.assert(
    fc.asyncProperty(geometry, async ({ batch, height, width, from, to, rows, columns, strides, pad }) => {
      const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad);
      const inputs = [floats([batch, height, width, from]), floats([rows, columns, from, to])];
      await compare(convolve, inputs, { gradients: true });
    }),
    { numRuns: 40, seed: 2 },
  );
});

const stems = fc.record({
  batch: fc.constantFrom(16, 32),
  height: fc.integer({ min: 3, max: 9 }),
  width: fc.integer({ min: 3, max: 9 }),
  from: fc.integer({ min: 1, max: 4 }),
  to: fc.constantFrom(16, 32),
  rows: fc.integer({ min: 1, max: 4 }),
  columns: fc.integer({ min: 1, max: 4 }),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
});

const stem = (strides: [number, number]) => (x: tf.Tensor, filter: tf.Tensor) =>
  tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, 'same');

it('convolutions of few channels, whose gradient in the filter sums over blocks of the batch', async () => {
  await fc.assert(
    fc.asyncProperty(stems, async ({ batch, height, width, from, to, rows, columns, strides }) => {
      const inputs = [floats([batch, height, width, from]), floats([rows, columns, from, to])];
      await compare(stem(strides), inputs, { gradients: true });
    }),
    { numRuns: 20, seed: 4 },
  );
  // So large that rows of the gradient are summed in several bands.
  await compare(stem([2, 1]), [floats([16, 60, 20, 1]), floats([3, 3, 1, 64])], {
    gradients: true,
    tolerance: 1e-4,
  });
});

const chains = fc.array(
  fc.constantFrom<(x: tf.Tensor) => tf.Tensor>(
    (x) => tf.relu(x),
    (x) => tf.mul(x, tf.mean(x, [1, 2], true)),
    (x) => tf.sub(x, tf.mean(x, [0, 1, 2])),
    (x) => tf.reverse(x, 1),
    (x) => tf.add(x, tf.sum(x, 3, true)),
    (x) => tf.maxPool(x as tf.Tensor4D, 2, 1, 'same'),
    (x) => tf.where(tf.greater(x, 0.3), x, tf.zerosLike(x)),
    (x) => tf.transpose(tf.transpose(x, [0, 3, 1, 2]), [0, 2, 3, 1]),
  ),
  { minLength: 1, maxLength: 5 },
);

it('chains of operations on images in every layout', async () => {
  await fc.assert(
    fc.asyncProperty(chains, fc.constantFrom(5, 16), async (steps, channels) => {
      const program = amongConvolutions((x) => steps.reduce<tf.Tensor>((y, step) => step(y), x));
      await compare(program, [floats([2, 3, 4, channels], -1, 1)], { tolerance: 1e-4 });
    }),
    { numRuns: 40, seed: 3 },
  );
});
