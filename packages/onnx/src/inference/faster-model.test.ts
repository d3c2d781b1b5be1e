import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HostTensor, hostTensor, Rng, sizeOf } from '@hm/tensor/host';
import type { GraphProto } from 'onnx-buf';
import { beforeAll, expect, test } from 'vitest';
import { kernelCache } from '#runtime';
import { blockSize } from '../blocks.ts';
import type { Form } from '../forms/forms.ts';
import { Graph } from '../graph.ts';
import { readModelFile } from '../precision/model-file.ts';
import { loadSession } from '../session/load-session.ts';
import { createSession } from '../session.ts';
import { fasterModel } from './faster-model.ts';
import type { Bench, MeasuredConvolution } from './measure-convolution.ts';

let block = 0;
beforeAll(async () => {
  block = await blockSize();
});

const rng = Rng.of('faster-model');
const noise = (shape: readonly number[], size = 1) =>
  Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(-size, size));
const SIDE = [23, 26] as const;

/** Four convolutions: rectified; with a shortcut; between borders of another width; of other numbers of channels. */
function network(batch: number | string, last = (_: Graph, y: string) => y): Uint8Array {
  const graph = new Graph();
  const convolve = (x: string, inputs: number, outputs: number, pads: number[], strides = [1, 1]) => {
    const filter = graph.constant('float32', [outputs, inputs, 3, 3], noise([outputs, inputs, 9], 0.2));
    const bias = graph.constant('float32', [outputs], noise([outputs]));
    return graph.add('Conv', [x, filter, bias], { attributes: { pads, strides } });
  };
  const even = [1, 1, 1, 1];
  const stem = graph.add('Relu', [convolve('x', 3, 16, even)]);
  const first = graph.add('Relu', [convolve(stem, 16, 16, even)]);
  const second = graph.add('Relu', [graph.add('Add', [convolve(first, 16, 16, even), stem])]);
  const third = convolve(second, 16, 32, [0, 2, 1, 0]);
  const smaller = convolve(third, 32, 16, even, [2, 2]);
  graph.publish(last(graph, graph.add('Flatten', [graph.add('GlobalAveragePool', [smaller])])), 'y');
  return graph.encode(
    [{ name: 'x', dtype: 'float32', shape: [batch, 3, ...SIDE] }],
    [{ name: 'y', dtype: 'float32', shape: [batch, 16] }],
  );
}

/** Times by which one form is the fastest everywhere, and a few images at a time are as fast as all, or twice as fast. */
const choosing =
  (form: Form, fewAreFaster = false) =>
  async (convolutions: ReadonlyMap<string, MeasuredConvolution>) =>
    Object.fromEntries(
      [...convolutions].map(([name, { images }]) => {
        const milliseconds = fewAreFaster && images === 4 ? images / 2 : images;
        return [name, { direct: 2 * milliseconds, [form]: milliseconds }];
      }),
    );

/** One thread, and none beside. */
const alone = { threads: 1, lanes: 1 };

const input = (batch: number | string) => ({
  ...{ name: 'x', dtype: 'float32' as const, shape: [batch, 3, ...SIDE] },
});

const images = (count: number) => {
  const shape = [count, 3, ...SIDE];
  return { x: hostTensor('float32', shape, noise(shape)) };
};

/** Largest difference, relative to the largest value. */
function difference(a: HostTensor, b: HostTensor): number {
  const [one, other] = [a, b].map(({ data }) => Array.from(data as Float32Array)) as [number[], number[]];
  const gap = Math.max(...one.map((value, k) => Math.abs(value - other[k]!)));
  return gap / Math.max(...one.map(Math.abs));
}

const operatorsOf = ({ node }: GraphProto): string[] =>
  node.flatMap(({ opType, attribute }) => [
    opType,
    ...attribute.flatMap(({ g }) => (g ? operatorsOf(g) : [])),
  ]);

test.each([
  ['winograd-2', 'N', false, 7, [8, 3, 1]],
  ['winograd-4', 'N', false, 7, [9]],
  ['winograd-4', 4, false, 7, [4]],
  ['winograd-4-in-blocks', 'N', false, 3, [9, 1]],
  ['winograd-4-in-blocks', 4, true, 3, [4]],
  ['winograd-4', 'N', true, 8, [9]],
  ['winograd-4-in-blocks', 'N', true, 4, [16, 9, 3, 1]],
] as const)(
  '%s for a batch of %s, in groups: %s, gives the same',
  async (form, batch, groups, picks, counts) => {
    if (block === 0) return;
    const model = network(batch);
    const { model: faster, lanes } = (await fasterModel(model, input(batch), alone, choosing(form, groups)))!;
    expect(lanes).toBe(1);
    const operators = operatorsOf(readModelFile(faster).graph);
    expect(operators.filter((name) => name === 'Gather')).toHaveLength(picks);
    expect(operators.includes('Scan')).toBe(groups && batch === 'N');
    const [plain, other] = await Promise.all([loadSession(model), loadSession(faster)]);
    for (const count of counts) {
      const feeds = images(count);
      const [{ y }, { y: wanted }] = await Promise.all([other.run(feeds), plain.run(feeds)]);
      expect(y!.shape).toEqual([count, 16]);
      expect(difference(wanted!, y!)).toBeLessThan(1e-5);
    }
    await Promise.all([plain.release(), other.release()]);
  },
);

test('a batch of any size may be computed in parts, on one thread each; one of a fixed size, or mixed, may not', async () => {
  if (block === 0) return;
  const two = { threads: 2, lanes: 2 };
  const seen: unknown[] = [];
  const measured = choosing('winograd-4');
  const measure = (convolutions: Parameters<typeof measured>[0], bench: Bench) => {
    seen.push(bench.threads);
    return measured(convolutions);
  };
  const lanesOf = async (model: Uint8Array, batch: number | string) =>
    (await fasterModel(model, input(batch), two, measure))?.lanes;
  expect(await lanesOf(network('N'), 'N')).toBe(2);
  expect(await lanesOf(network(4), 4)).toBe(1);
  expect(
    await lanesOf(
      network('N', (graph, y) => graph.add('Softmax', [y], { attributes: { axis: 0 } })),
      'N',
    ),
  ).toBe(1);
  expect(seen).toEqual([1, 2, 2]);
  const halves = (graph: Graph, y: string) => graph.add('Reshape', [y, graph.integers(-1, 8)]);
  expect(await lanesOf(network('N', halves), 'N')).toBe(1);
  const turned = (graph: Graph, y: string) =>
    graph.add('Add', [y, graph.constant('float32', [2, 1, 16], noise([32]))]);
  expect(await lanesOf(network('N', turned), 'N')).toBe(1);
});

test('there is none where every convolution is fastest as it stands, or none has another form', async () => {
  expect(await fasterModel(network('N'), input('N'), alone, choosing('direct'))).toBeUndefined();
  const graph = new Graph();
  graph.publish(graph.add('Relu', ['x']), 'y');
  const value = { name: 'y', dtype: 'float32' as const, shape: ['N', 3, ...SIDE] };
  const model = graph.encode([input('N')], [value]);
  expect(await fasterModel(model, input('N'), alone, choosing('winograd-4'))).toBeUndefined();
});

test.each([1, 2])(
  'a session of %i threads takes the faster forms after 512 images, for large runs alone',
  async (threads) => {
    process.env.XDG_CACHE_HOME = mkdtempSync(join(tmpdir(), 'hm-cache-'));
    const model = network('N');
    const session = await createSession(model, { threads });
    const [few, many] = [images(3), images(300)];
    const [first, second, third] = await Promise.all([many, many, many].map((feeds) => session.run(feeds)));
    expect(third).toEqual(second);
    expect(difference(first!.y!, second!.y!)).toBeLessThan(1e-5);
    const direct = await createSession(model, { threads, convolutions: 'direct' });
    expect(first).toEqual(await direct.run(many));
    expect(await session.run(few)).toEqual(await direct.run(few));
    expect(Object.keys(await kernelCache(1).read())).toHaveLength(block === 0 ? 0 : 4);
    await Promise.all([session.release(), direct.release()]);
    await expect(session.run(many)).rejects.toThrow('released');
    rmSync(process.env.XDG_CACHE_HOME, { recursive: true });
  },
);

test.each([
  ['makes one of two images', [-1, 32], 10],
  ['takes batches of ten alone', [10, 16], 10],
] as const)('a network that %s runs on as it did', async (_, shape, count) => {
  const model = network('N', (graph, y) => graph.add('Reshape', [y, graph.integers(...shape)]));
  const session = await createSession(model, { threads: 2 });
  const feeds = images(count);
  const first = await session.run(feeds);
  for (let seen = count; seen < 560; seen += count)
    expect(difference(first.y!, (await session.run(feeds)).y!)).toBeLessThan(1e-5);
  await session.release();
});
