import '@tensorflow/tfjs-backend-cpu';
import { type HostTensor, hostTensor, UnavailableError } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { Graph, type GraphNode } from '../graph.ts';
import { createSession } from '../session.ts';
import { floats } from '../testing/inputs.ts';
import { webgpu } from '../testing/on-webgpu.ts';
import { toHalf } from './half.ts';
import { toMixedPrecision } from './mixed-precision.ts';

const node = (op: string, inputs: string[], output: string): GraphNode => ({
  ...{ op, domain: '', inputs, outputs: [output], attributes: {}, sameShape: false },
});
const mixed = (nodes: GraphNode[], outputs: string[]) =>
  toMixedPrecision(nodes, new Set(outputs), false).map(
    ({ op, inputs, outputs: made }) => `${op} ${inputs.join(' ')} > ${made.join(' ')}`,
  );

describe('casts', () => {
  it('stand around products, not between them, and once for a value', () => {
    const nodes = [
      node('Gemm', ['x', 'w'], 'a'),
      node('Gemm', ['a', 'w'], 'b'),
      node('Gemm', ['x', 'b'], 'y'),
    ];
    expect(mixed(nodes, ['y'])).toEqual([
      'Cast x > x:half',
      'Cast w > w:half',
      'Gemm x:half w:half > a:half',
      'Gemm a:half w:half > b:half',
      'Gemm x:half b:half > y:half',
      'Cast y:half > y',
    ]);
  });

  it('go before a move that products alone read, and behind one of a product', () => {
    const nodes = [
      node('Reshape', ['x', 'shape'], 'flat'),
      node('Gather', ['flat', 'places'], 'patches'),
      node('Gemm', ['patches', 'w'], 'product'),
      node('Transpose', ['product'], 'y'),
    ];
    expect(mixed(nodes, ['y'])).toEqual([
      'Cast x > x:half',
      'Reshape x:half shape > flat:half',
      'Gather flat:half places > patches:half',
      'Cast w > w:half',
      'Gemm patches:half w:half > product:half',
      'Transpose product:half > y:half',
      'Cast y:half > y',
    ]);
  });

  it('leave in single precision what is read in it as well, and what is no product', () => {
    const nodes = [
      node('Relu', ['x'], 'r'),
      node('Reshape', ['r', 'shape'], 'flat'),
      node('Gemm', ['flat', 'w'], 'y'),
      node('Add', ['flat', 'y'], 'z'),
    ];
    expect(mixed(nodes, ['z', 'flat'])).toEqual([
      'Relu x > r',
      'Reshape r shape > flat',
      'Cast flat > flat:half',
      'Cast w > w:half',
      'Gemm flat:half w:half > y:half',
      'Cast y:half > y',
      'Add flat y > z',
    ]);
  });
});

/** The value of a float16, from its definition. */
function fromHalf(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
const rounded = (value: number) => fromHalf(toHalf(value));

const [a, b] = [floats([3, 4], -1, 1, 1), floats([4, 2], -1, 1, 2)];

/** What `2·a·b` is where the product is one of halves. */
function expectedProduct(): number[] {
  const at = (tensor: HostTensor, index: number) => rounded(Number(tensor.data[index]));
  return Array.from({ length: 6 }, (_, place) => {
    const [row, column] = [Math.floor(place / 2), place % 2];
    const terms = [0, 1, 2, 3].map((k) => at(a, row * 4 + k) * at(b, k * 2 + column));
    return 2 * rounded(terms.reduce((sum, term) => sum + term));
  });
}

const compileProduct = (provider: 'cpu' | 'webgpu') =>
  compile(
    ({ b: weights }, { a: x }) => ({
      state: { b: weights! },
      outputs: { y: tf.mul(tf.matMul(x as tf.Tensor2D, weights as tf.Tensor2D), 2) },
    }),
    { state: { b }, inputs: { a: { shape: [3, 4] } }, provider, mixedPrecision: true, threads: 1 },
  );

function expectRounded(y: HostTensor | undefined, tolerance: number) {
  expectedProduct().forEach((value, place) => {
    expect(Math.abs(Number(y!.data[place]) - value)).toBeLessThanOrEqual(tolerance);
  });
}

describe('a compiled step in mixed precision', () => {
  it('multiplies what is rounded to half precision, and keeps its state in single', async () => {
    const program = await compileProduct('cpu');
    const { y } = await program.run({ a });
    expectRounded(y, 0);
    expect(await program.readState()).toEqual({ b });
    await program.release();
  });

  it('overflows as half precision does', async () => {
    const program = await compileProduct('cpu');
    const { y } = await program.run({ a: hostTensor('float32', [3, 4], new Float32Array(12).fill(1e5)) });
    expect([...(y!.data as Float32Array)].some(Number.isFinite)).toBe(false);
    await program.release();
  });

  it.skipIf(!webgpu.usable)(`runs on WebGPU, or is refused where it has none${webgpu.note}`, async () => {
    const program = await compileProduct('webgpu').catch((error: unknown) => error as UnavailableError);
    if ('run' in program) {
      expectRounded((await program.run({ a })).y, 2e-3);
      await program.release();
    } else {
      expect(program).toBeInstanceOf(UnavailableError);
      expect(program.message).toMatch(/half precision on webgpu .* Leave out mixedPrecision/);
    }
  });
});

it('is a graph that ONNX Runtime takes, convolutions and moves included', async () => {
  const graph = new Graph();
  const image = graph.add('Conv', ['x', 'w'], { attributes: { kernel_shape: [1, 1] } });
  const flat = graph.add('Reshape', [image, graph.integers(2, -1)]);
  const border = graph.add('Expand', [graph.scalar(1), graph.integers(2, 1)]);
  graph.publish(
    graph.add('Gemm', [graph.add('Concat', [flat, border], { attributes: { axis: 1 } }), 'v']),
    'y',
  );
  const value = (name: string, shape: number[]) => ({ name, dtype: 'float32' as const, shape });
  const values = [value('x', [1, 2, 2, 2]), value('w', [2, 2, 1, 1]), value('v', [5, 3])];
  const feeds = Object.fromEntries(values.map(({ name, shape }, seed) => [name, floats(shape, -1, 1, seed)]));
  const outputs = [value('y', [2, 3])];
  const results: HostTensor[] = [];
  for (const nodes of [graph.nodes, toMixedPrecision(graph.nodes, new Set(['y']), false)]) {
    const session = await createSession(graph.encode(values, outputs, nodes), { threads: 1 });
    results.push((await session.run(feeds)).y!);
    await session.release();
  }
  const [single, half] = results.map(({ data }) => [...(data as Float32Array)]) as [number[], number[]];
  for (const [place, y] of single.entries()) expect(Math.abs(half[place]! - y)).toBeLessThan(5e-3);
});
