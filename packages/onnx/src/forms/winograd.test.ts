import '@tensorflow/tfjs-backend-cpu';
import { type HostTensor, sizeOf } from '@hm/tensor/host';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { blockSize } from '../blocks.ts';
import { createSession } from '../session.ts';
import { floats } from '../testing/inputs.ts';
import { record } from '../trace/trace.ts';
import { type ConvolutionShape, type Direction, type Form, formsOf } from './forms.ts';
import { operandsOf, resultOf, runConvolution } from './run-convolution.ts';

let block = 0;
beforeAll(async () => {
  block = await blockSize();
});

type Four = readonly [number, number, number, number];
const at = ([, h, w, c]: Four, n: number, y: number, x: number, k: number) => ((n * h + y) * w + x) * c + k;

/** The convolution of one direction in double precision, from its definition. */
function reference(shape: ConvolutionShape, operands: Record<string, HostTensor>): Float64Array {
  const { image, filter, direction, pads } = shape;
  const results = resultOf({ ...shape, direction: 'forward' });
  const wanted = resultOf(shape);
  const sums = new Float64Array(sizeOf(wanted));
  const value = (name: string, index: number) => Number(operands[name]!.data[index]);
  for (let n = 0; n < results[0]; n++)
    for (let y = 0; y < results[1]; y++)
      for (let x = 0; x < results[2]; x++)
        for (let a = 0; a < 3; a++)
          for (let b = 0; b < 3; b++) {
            const [v, u] = [y + a - pads[0], x + b - pads[1]];
            if (v < 0 || u < 0 || v >= image[1] || u >= image[2]) continue;
            for (let i = 0; i < image[3]; i++)
              for (let o = 0; o < filter[3]; o++) {
                const [pixel, tap, result] = [
                  at(image, n, v, u, i),
                  at(filter, a, b, i, o),
                  at(results, n, y, x, o),
                ];
                if (direction === 'forward') sums[result]! += value('x', pixel) * value('filter', tap);
                else if (direction === 'input-gradient')
                  sums[pixel]! += value('dy', result) * value('filter', tap);
                else sums[tap]! += value('x', pixel) * value('dy', result);
              }
          }
  return sums;
}

/** Largest difference from double precision, relative to the largest value. */
async function errorOf(shape: ConvolutionShape, form: Form, blocked: boolean): Promise<number> {
  const operands = operandsOf(shape);
  const feeds = Object.fromEntries(
    Object.entries(operands).map(([name, sizes], seed) => [name, floats(sizes, -1, 1, seed + 1)]),
  );
  const specs = Object.fromEntries(Object.entries(operands).map(([name, sizes]) => [name, { shape: sizes }]));
  const { model } = record((given) => ({ y: runConvolution(shape, given) }), specs, {
    block: blocked ? block : 0,
    chooseForm: () => form,
  });
  const session = await createSession(model, { threads: 1 });
  const { y } = await session.run(feeds);
  await session.release();
  const wanted = reference(shape, feeds);
  expect(y!.shape).toEqual(resultOf(shape));
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    wanted.reduce((most, value, k) => Math.max(most, Math.abs(value - Number(y!.data[k]))), 0) /
    (largest || 1)
  );
}

const side = fc.integer({ min: 1, max: 9 });
const border = fc.integer({ min: 0, max: 2 });
const channels = fc.constantFrom(3, 8, 16);
const convolutions = fc
  .record({
    image: fc.tuple(fc.integer({ min: 1, max: 2 }), side, side, channels),
    outputs: channels,
    pads: fc.tuple(border, border, border, border),
    blocked: fc.boolean(),
  })
  .filter(({ image: [, h, w], pads }) => h + pads[0] + pads[2] >= 3 && w + pads[1] + pads[3] >= 3);

const bounds: Record<Form, number> = {
  ...{ direct: 2e-6, 'winograd-2': 4e-6 },
  ...{ 'winograd-4': 5e-5, 'winograd-4-in-blocks': 5e-5 },
};

describe.each<Direction>(['forward', 'input-gradient', 'filter-gradient'])('%s', (direction) => {
  test.each(formsOf[direction])(
    '%s is what double precision gives, of any size and with any border',
    async (form) => {
      await fc.assert(
        fc.asyncProperty(convolutions, async ({ image, outputs, pads, blocked }) => {
          const shape = { direction, image, filter: [3, 3, image[3], outputs] as const, pads };
          expect(await errorOf(shape, form, blocked)).toBeLessThan(bounds[form]);
        }),
        { numRuns: 10, seed: 1 },
      );
    },
  );
});
