import { create } from '@bufbuild/protobuf';
import { type HostTensor, hostTensor, Rng } from '@hm/tensor/host';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
} from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { Graph } from '../graph.ts';
import { createSession, readMetadata, withMetadata } from '../session.ts';
import { toHalf } from './half.ts';
import { newNode, newTensor, readModelFile, writeModelFile } from './model-file.ts';
import { quantizableShare, quantize } from './quantize.ts';
import { toFloat16 } from './to-float16.ts';

const rng = Rng.of('precision');
const normal = (count: number, scale: (index: number) => number = () => 1) =>
  Float32Array.from({ length: count }, (_, k) => scale(k) * rng.normal());

/** Two convolutions with a residual sum, then a matrix product; channels differ a thousandfold in size. */
function network(largest = 1): Uint8Array {
  const graph = new Graph();
  const weight = (shape: number[], scale?: (index: number) => number) =>
    graph.constant(
      'float32',
      shape,
      normal(
        shape.reduce((a, b) => a * b),
        scale,
      ),
    );
  const pads = { attributes: { pads: [1, 1, 1, 1] } };
  const first = weight([4, 3, 3, 3], (k) => 0.2 * largest * [1, 0.1, 0.01, 0.001][Math.floor(k / 27)]!);
  const convolved = graph.add('Relu', [graph.add('Conv', ['input', first, weight([4])], pads)]);
  const second = graph.add('Conv', [convolved, weight([4, 4, 3, 3], () => 0.1)], pads);
  const flat = graph.add('Flatten', [graph.add('Add', [convolved, second])]);
  graph.publish(graph.add('MatMul', [flat, weight([144, 8], () => 0.1)]), 'embedding');
  return withMetadata(
    graph.encode(
      [{ name: 'input', dtype: 'float32', shape: ['N', 3, 6, 6] }],
      [{ name: 'embedding', dtype: 'float32', shape: ['N', 8] }],
    ),
    { note: 'kept' },
  );
}

const images = (count: number) => hostTensor('float32', [count, 3, 6, 6], normal(count * 108));

async function run(model: Uint8Array, input: HostTensor): Promise<Float32Array> {
  const session = await createSession(model);
  const { embedding } = await session.run({ input });
  await session.release();
  return (embedding!.data as Float32Array).slice();
}

/** Root mean square of the difference, relative to that of what was wanted. */
const error = (found: Float32Array, wanted: Float32Array) =>
  Math.hypot(...found.map((value, k) => value - wanted[k]!)) / Math.hypot(...wanted);

const dataTypes = (model: Uint8Array) =>
  readModelFile(model).graph.initializer.map(({ dataType }) => dataType);

describe('quantize', () => {
  const model = network();

  test.each(['minmax', { percentile: 99.99 }] as const)(
    'keeps what the network computes (%o)',
    async (calibration) => {
      const small = await quantize(model, [{ input: images(16) }, { input: images(16) }], { calibration });
      const test = images(8);
      const difference = error(await run(small, test), await run(model, test));
      expect(difference).toBeLessThan(0.03);
      expect(difference).toBeGreaterThan(1e-6);
      expect(readMetadata(small)).toEqual({ note: 'kept' });
      expect(dataTypes(small).filter((type) => type === DataType.INT8)).toHaveLength(6);
      expect(dataTypes(small)).toContain(DataType.INT32);
    },
  );

  test('gives each output channel a scale of its own', async () => {
    const { graph } = readModelFile(await quantize(model, [{ input: images(4) }]));
    const scales = graph.initializer.filter(({ name }) => name.endsWith('_weight_scale'));
    expect(scales.map(({ dims }) => Number(dims[0])).sort()).toEqual([4, 4, 8]);
  });

  test('brings an old opset with Clip by attributes along', async () => {
    const file = readModelFile(model);
    const { graph } = file;
    const relu = graph.node.find(({ opType }) => opType === 'Relu')!;
    const clip = newNode('Clip', relu.input, relu.output[0]!);
    for (const [name, f] of [['min', 0] as const, ['max', 1] as const])
      clip.attribute.push(create(AttributeProtoSchema, { name, f, type: AttributeType.FLOAT }));
    graph.node.splice(graph.node.indexOf(relu), 1, clip);
    file.model.opsetImport[0]!.version = 10n;
    const old = writeModelFile(file);
    const small = await quantize(old, [{ input: images(16) }]);
    const test = images(4);
    expect(error(await run(small, test), await run(old, test))).toBeLessThan(0.03);
    graph.node[0]!.opType = 'TopK';
    await expect(quantize(writeModelFile(file), [{ input: test }])).rejects.toThrow(/opset 10 with TopK/);
  });

  /** A matrix product by weights behind a move, plus the sum of another constant. */
  function behindMove(others: number): Uint8Array {
    const graph = new Graph();
    const stored = graph.constant(
      'float32',
      [8, 108],
      normal(864, () => 0.1),
    );
    const weights = graph.add('Transpose', [stored], { attributes: { perm: [1, 0] } });
    const product = graph.add('MatMul', [graph.add('Flatten', ['input']), weights]);
    const added = graph.constant('float32', [others, 8], normal(others * 8));
    const sum = graph.add('ReduceSum', [added, graph.integers(0)], { attributes: { keepdims: 0 } });
    graph.publish(graph.add('Add', [product, sum]), 'embedding');
    return graph.encode(
      [{ name: 'input', dtype: 'float32', shape: ['N', 3, 6, 6] }],
      [{ name: 'embedding', dtype: 'float32', shape: ['N', 8] }],
    );
  }

  test('reaches weights behind a move, and refuses where it would reach few', async () => {
    const reached = behindMove(1);
    expect(quantizableShare(reached)).toBeCloseTo(108 / 109);
    const small = await quantize(reached, [{ input: images(128) }]);
    expect(dataTypes(small)).toContain(DataType.INT8);
    const test = images(4);
    expect(error(await run(small, test), await run(reached, test))).toBeLessThan(0.03);
    const few = behindMove(324);
    expect(quantizableShare(few)).toBe(0.25);
    await expect(quantize(few, [{ input: test }])).rejects.toThrow(/those are 25 % of the weights/);
  });

  /** A convolution whose first channel is nearly dead, by this factor, but has a bias like the others. */
  function nearlyDead(factor: number): Uint8Array {
    const graph = new Graph();
    const first = graph.constant(
      'float32',
      [4, 3, 3, 3],
      normal(108, (k) => (k < 27 ? 0.1 * factor : 0.1)),
    );
    const bias = graph.constant('float32', [4], [0.5, -0.5, 0.5, 0.5]);
    const rectified = graph.add('Relu', [graph.add('Conv', ['input', first, bias])]);
    const second = graph.constant(
      'float32',
      [64, 8],
      normal(512, () => 0.3),
    );
    graph.publish(graph.add('MatMul', [graph.add('Flatten', [rectified]), second]), 'embedding');
    const value = (name: string, shape: (number | string)[]) => ({ name, dtype: 'float32' as const, shape });
    return graph.encode([value('input', ['N', 3, 6, 6])], [value('embedding', ['N', 8])]);
  }

  test.each([1e-3, 1e-6, 1e-9, 0])('keeps the bias of a channel of weights scaled by %d', async (factor) => {
    const nearly = nearlyDead(factor);
    const test = images(16);
    const small = await quantize(nearly, [{ input: test }]);
    expect(error(await run(small, test), await run(nearly, test))).toBeLessThan(0.03);
  });

  test('brings attributes along that later opsets do not have', async () => {
    const file = readModelFile(model);
    const { graph } = file;
    const relu = graph.node.find(({ opType }) => opType === 'Relu')!;
    const dropout = newNode('Dropout', relu.input, 'kept');
    dropout.attribute.push(
      create(AttributeProtoSchema, { name: 'ratio', f: 0.4, type: AttributeType.FLOAT }),
    );
    const ones = [1, 0, 0, 1].map((value, place) =>
      newTensor(`norm ${place}`, DataType.FLOAT, [4], new Float32Array(4).fill(value)),
    );
    graph.initializer.push(...ones);
    const norm = newNode('BatchNormalization', ['kept', ...ones.map(({ name }) => name)], 'normal', {
      spatial: 1,
    });
    relu.input = ['normal'];
    graph.node.splice(graph.node.indexOf(relu), 0, dropout, norm);
    file.model.opsetImport[0]!.version = 8n;
    const old = writeModelFile(file);
    const test = images(16);
    const small = await quantize(old, [{ input: test }]);
    expect(error(await run(small, test), await run(old, test))).toBeLessThan(0.03);
    norm.attribute[0]!.i = 0n;
    await expect(quantize(writeModelFile(file), [{ input: test }])).rejects.toThrow(/BatchNormalization/);
  });

  test('leaves the arithmetic of shapes as it is', async () => {
    const graph = new Graph();
    const weights = graph.constant(
      'float32',
      [108, 8],
      normal(864, () => 0.1),
    );
    const product = graph.add('MatMul', [graph.add('Flatten', ['input']), weights]);
    const count = graph.add('Gather', [graph.add('Shape', ['input']), graph.integers(0)]);
    const twice = graph.add('Add', [count, count]);
    const halves = graph.add('Concat', [twice, graph.integers(4)], { attributes: { axis: 0 } });
    graph.publish(graph.add('Reshape', [product, halves]), 'embedding');
    const shaped = graph.encode(
      [{ name: 'input', dtype: 'float32', shape: ['N', 3, 6, 6] }],
      [{ name: 'embedding', dtype: 'float32', shape: ['M', 4] }],
    );
    const test = images(16);
    const small = await quantize(shaped, [{ input: test }]);
    expect(error(await run(small, test), await run(shaped, test))).toBeLessThan(0.03);
  });

  test('refuses what it cannot quantise', async () => {
    await expect(quantize(model, [])).rejects.toThrow(/at least one batch/);
    await expect(quantize(Uint8Array.of(1, 2, 3), [{ input: images(1) }])).rejects.toThrow(/an ONNX model/);
    await expect(quantize(new Uint8Array(), [{ input: images(1) }])).rejects.toThrow(/without a graph/);
    const spoiled = images(1);
    spoiled.data[5] = Number.NaN;
    await expect(quantize(model, [{ input: spoiled }])).rejects.toThrow(/NaN or infinity in "input"/);
    const percentile = quantize(model, [{ input: images(1) }], { calibration: { percentile: 0.9 } });
    await expect(percentile).rejects.toThrow(/percentile above 50.*0\.9/);
    const twice = await quantize(model, [{ input: images(2) }]);
    await expect(quantize(twice, [{ input: images(1) }])).rejects.toThrow(/constant weights, in float32/);
  });
});

describe('toFloat16', () => {
  test('keeps what the network computes, its inputs and its outputs', async () => {
    const model = network();
    const half = toFloat16(model);
    expect(toFloat16(Buffer.concat([model]))).toEqual(half);
    const test = images(8);
    const difference = error(await run(half, test), await run(model, test));
    expect(difference).toBeLessThan(2e-3);
    expect(difference).toBeGreaterThan(1e-6);
    expect(readMetadata(half)).toEqual({ note: 'kept' });
    expect(dataTypes(half)).not.toContain(DataType.FLOAT);
  });

  test('keeps constants that are no weights', async () => {
    const file = readModelFile(withConstants());
    const held = file.graph.node.find(({ opType }) => opType === 'Constant')!;
    held.attribute.push(
      create(AttributeProtoSchema, { name: 'value_float', f: 0.5, type: AttributeType.FLOAT }),
    );
    const other = file.graph.node.findLast(({ opType }) => opType === 'Constant')!;
    other.attribute.push(
      create(AttributeProtoSchema, { name: 'value_floats', floats: [1, 2], type: AttributeType.FLOATS }),
    );
    const model = writeModelFile(file);
    const test = images(2);
    expect(error(await run(toFloat16(model), test), await run(model, test))).toBeLessThan(2e-3);
    held.attribute[0]!.f = -1e6;
    expect(() => toFloat16(writeModelFile(file))).toThrow(/within ±65504/);
  });

  /** Two constants that still lack their values, and zeros of a shape, added to the input. */
  function withConstants(): Uint8Array {
    const graph = new Graph();
    const sum = graph.add('Add', ['input', graph.add('Constant', [])]);
    const flat = graph.add('Reshape', [sum, graph.integers(0, -1, 2)]);
    const all = graph.add('Add', [
      graph.add('Add', [flat, graph.add('Constant', [])]),
      graph.add('ConstantOfShape', [graph.integers(2)]),
    ]);
    graph.publish(all, 'embedding');
    return graph.encode(
      [{ name: 'input', dtype: 'float32', shape: ['N', 3, 6, 6] }],
      [{ name: 'embedding', dtype: 'float32', shape: ['N', 54, 2] }],
    );
  }

  test('refuses weights that half precision cannot hold', () => {
    expect(() => toFloat16(network(1e6))).toThrow(/within ±65504/);
  });

  test("rounds as ONNX Runtime's Cast does, from subnormal numbers to infinity", async () => {
    const graph = new Graph();
    const half = graph.add('Cast', ['input'], { attributes: { to: DataType.FLOAT16 } });
    graph.publish(half, 'half');
    const value = { shape: ['N'] as const };
    const model = graph.encode(
      [{ name: 'input', dtype: 'float32', ...value }],
      [{ name: 'half', dtype: 'float16', ...value }],
    );
    const edges = [
      0,
      -0,
      1,
      65504,
      65519,
      65520,
      1e9,
      2 ** -14,
      2 ** -24,
      2 ** -25,
      1.5 * 2 ** -24,
      6.1e-5,
      1e-8,
      2049,
      2051,
    ];
    const input = Float32Array.from([
      ...edges,
      ...edges.map((x) => -x),
      ...normal(5000, (k) => 2 ** ((k % 44) - 26)),
    ]);
    const session = await createSession(model);
    const { half: found } = await session.run({ input: hostTensor('float32', [input.length], input) });
    await session.release();
    const bits = new Uint16Array(found!.data.buffer, found!.data.byteOffset, input.length);
    expect([...Uint16Array.from(input, toHalf)]).toEqual([...bits]);
    expect(toHalf(Number.NaN) & 0x7fff).toBeGreaterThan(0x7c00);
  });
});
