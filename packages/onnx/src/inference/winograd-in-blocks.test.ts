import { hostTensor, Rng, sizeOf } from '@hm/tensor/host';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { blockSize } from '../blocks.ts';
import { BLOCKED_DOMAIN, Graph } from '../graph.ts';
import { loadSession } from '../session/load-session.ts';
import { convolveInBlocks, filterInBlocks } from './winograd-in-blocks.ts';

let block = 0;
beforeAll(async () => {
  block = await blockSize();
});

interface Case {
  size: 2 | 4;
  images: number;
  side: readonly [height: number, width: number];
  /** Blocks of channels. */
  blocks: readonly [inputs: number, outputs: number];
  /** Above, left, below, right. */
  pads: readonly [number, number, number, number];
}

/** The convolution in double precision, and by tiles: `[N, O, H, W]`. */
async function bothOf({ size, images, side, blocks, pads: [top, left, bottom, right] }: Case) {
  const rng = Rng.of('in blocks');
  const noise = (length: number) => Float32Array.from({ length }, () => rng.uniform(-1, 1));
  const [height, width] = side;
  const [inputs, outputs] = [blocks[0] * block, blocks[1] * block];
  const shape = [images, inputs, height, width];
  const results = [height + top + bottom - 2, width + left + right - 2] as const;
  const [x, filter] = [noise(sizeOf(shape)), noise(9 * inputs * outputs)];
  const wanted = new Float64Array(images * outputs * results[0] * results[1]);
  // The filter lies as `[9, O / b, I / b, b of I, b of O]`.
  const tap = (t: number, i: number, o: number) => {
    const square = (t * blocks[1] + Math.floor(o / block)) * blocks[0] + Math.floor(i / block);
    return filter[(square * block + (i % block)) * block + (o % block)]!;
  };
  let at = 0;
  for (let n = 0; n < images; n++)
    for (let o = 0; o < outputs; o++)
      for (let row = 0; row < results[0]; row++)
        for (let column = 0; column < results[1]; column++, at++)
          for (let t = 0; t < 9; t++) {
            const [y, z] = [row - top + Math.floor(t / 3), column - left + (t % 3)];
            if (y < 0 || z < 0 || y >= height || z >= width) continue;
            for (let i = 0; i < inputs; i++)
              wanted[at]! += x[((n * inputs + i) * height + y) * width + z]! * tap(t, i, o);
          }
  const graph = new Graph();
  const tiles = {
    ...{ block, channels: [inputs, outputs] as const },
    tiling: { size, batch: 1, inputs: side, outputs: results, pads: [top, left] as const },
  };
  const taps = graph.constant('float32', [9, inputs * outputs], filter);
  const image = graph.add('ReorderInput', ['x'], { domain: BLOCKED_DOMAIN });
  const convolved = convolveInBlocks(graph, image, filterInBlocks(graph, taps, tiles), tiles);
  const attributes = { channels: outputs };
  graph.publish(graph.add('ReorderOutput', [convolved], { domain: BLOCKED_DOMAIN, attributes }), 'y');
  const session = await loadSession(
    graph.encode([{ name: 'x', dtype: 'float32', shape: ['N', ...shape.slice(1)] }], [{ name: 'y' }]),
  );
  const { y } = await session.run({ x: hostTensor('float32', shape, x) });
  await session.release();
  expect(y!.shape).toEqual([images, outputs, ...results]);
  return { wanted, given: y!.data as Float32Array };
}

const side = fc.integer({ min: 1, max: 9 });
const border = fc.integer({ min: 0, max: 2 });
const cases = fc
  .record({
    size: fc.constantFrom(2 as const, 4 as const),
    images: fc.integer({ min: 1, max: 3 }),
    side: fc.tuple(side, side),
    blocks: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    pads: fc.tuple(border, border, border, border),
  })
  .filter(({ side: [h, w], pads }) => h + pads[0] + pads[2] >= 3 && w + pads[1] + pads[3] >= 3);

test('tiles in blocks give what double precision gives, of any size and with any border', async () => {
  if (block === 0) return;
  await fc.assert(
    fc.asyncProperty(cases, async (each) => {
      const { wanted, given } = await bothOf(each);
      const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const error = wanted.reduce((most, value, k) => Math.max(most, Math.abs(value - given[k]!)), 0);
      expect(error / (largest || 1)).toBeLessThan(each.size === 2 ? 4e-6 : 5e-5);
    }),
    { numRuns: 40, seed: 1 },
  );
});
