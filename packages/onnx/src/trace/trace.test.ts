import '@tensorflow/tfjs-backend-cpu';
import { fromBinary } from '@bufbuild/protobuf';
import { hostTensor } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { ModelProtoSchema } from 'onnx-buf';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSession } from '../session.ts';
import { floats } from '../testing/inputs.ts';
import { trace } from './trace.ts';
import { TraceError } from './trace-error.ts';

type Inputs = Record<string, tf.Tensor>;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Traces a function that must fail, and expects tfjs to be left as it was. */
function traceFailure(run: (inputs: Inputs) => Inputs, shape: (number | string)[] = [2, 3]): TraceError {
  const before = tf.memory().numTensors;
  let error: unknown;
  try {
    trace(run, { x: { shape } });
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(TraceError);
  expect(tf.getBackend()).toBe('cpu');
  expect(tf.memory().numTensors).toBe(before);
  expect([...tf.add(1, 2).dataSync()]).toEqual([3]);
  return error as TraceError;
}

/** Results of a function on the eager backend. */
function eager(f: () => tf.Tensor) {
  const result = tf.tidy(f);
  const values = result.dataSync();
  result.dispose();
  return values;
}

async function run(model: Uint8Array, feeds: Record<string, ReturnType<typeof floats>>) {
  const session = await createSession(model, { threads: 1 });
  const results = await session.run(feeds);
  await session.release();
  return results;
}

describe('what cannot be traced', () => {
  it('names a kernel that is not covered', () => {
    const error = traceFailure(({ x }) => ({
      y: tf.image.resizeBilinear(tf.reshape(x!, [1, 2, 3, 1]) as tf.Tensor4D, [4, 4]),
    }));
    expect(error.message).toContain('"ResizeBilinear"');
    expect(error.fields).toEqual({ kernel: 'ResizeBilinear' });
    expect(error.code).toBe('trace');
  });

  it.each([
    ['Softplus', (x: tf.Tensor) => tf.softplus(x)],
    ['Exp', (x: tf.Tensor) => tf.exp(x)],
    ['Reshape', (x: tf.Tensor) => tf.reshape(x, [6])],
  ])('names the op whose value is read: %s', (producer, f) => {
    const error = traceFailure(({ x }) => ({ y: tf.scalar(f(x!).dataSync()[0]!) }));
    expect(error.message).toContain(`the result of "${producer}"`);
  });

  it('does not read an input', () => {
    expect(traceFailure(({ x }) => ({ y: tf.scalar(x!.dataSync()[0]!) })).message).toContain('"x"');
  });

  it('refuses a constant whose shape has the symbolic dimension', () => {
    const error = traceFailure(({ x }) => ({ y: tf.concat([x!, tf.zerosLike(x!)]) }), ['N', 3]);
    expect(error.message).toContain('symbolic');
  });

  it('refuses an output that is such a constant', () => {
    expect(traceFailure(({ x }) => ({ y: tf.onesLike(x!) }), ['N', 3]).message).toContain('symbolic');
    expect(traceFailure(({ x }) => ({ y: tf.exp(tf.onesLike(x!)) }), ['N', 3]).message).toContain('symbolic');
  });

  it('refuses the size of the symbolic dimension as a number', () => {
    const halved = ({ x }: Inputs) => ({ y: tf.div(x!, x!.size) });
    expect(traceFailure(halved, ['N', 3]).message).toContain('symbolic');
    const gradient = ({ x }: Inputs) => ({ y: tf.grad((v: tf.Tensor) => tf.mean(tf.square(v)))(x!) });
    expect(traceFailure(gradient, ['N', 3]).message).toContain('symbolic');
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['Div', (x) => tf.div(tf.sum(x, 0), x.shape[0]! - 1)],
    ['Mul', (x) => tf.mul(tf.sum(x, 0), 1 / x.shape[0]!)],
    ['Add', (x) => tf.add(x, tf.tensor1d([x.shape[0]! + 1, 2, 3]))],
    ['Slice', (x) => tf.slice(x, [0, 0], [x.shape[0]! - 1, 3])],
    ['Slice', (x) => tf.slice(x, [0, 0], [Math.floor(x.shape[0]! / 2), 3])],
    ['Slice', (x) => tf.stridedSlice(x, [-2, 0], [1e9, 3], [1, 1], 0, 1)],
    ['Tile', (x) => tf.broadcastTo(tf.sum(x, 0, true), [x.shape[0]!, 3])],
  ])('refuses a number computed from that size: %s', (where, f) => {
    const error = traceFailure(({ x }) => ({ y: f(x!) }), ['N', 3]);
    expect(error.message).toContain(`${where}: expected a constant that does not depend on the symbolic`);
  });

  it.each([
    ['Add', (x: tf.Tensor) => tf.add(tf.greater(x, 0), tf.less(x, 1))],
    ['Acos', (x: tf.Tensor) => tf.acos(tf.cast(x, 'int32'))],
    [
      '_FusedMatMul',
      (x: tf.Tensor) => tf.fused.matMul({ a: x, b: x, transposeB: true, activation: 'relu6' }),
    ],
    [
      'FusedConv2D',
      (x: tf.Tensor) =>
        tf.fused.conv2d({
          x: tf.reshape(x, [1, 2, 3, 1]) as tf.Tensor4D,
          filter: tf.ones([1, 1, 1, 1]),
          strides: 1,
          pad: 'same',
          activation: 'elu',
        }),
    ],
  ])('refuses what %s does differently', (kernel, f) => {
    expect(traceFailure(({ x }) => ({ y: f(x!) })).fields).toEqual({ kernel });
  });

  it('refuses shapes that do not fit, as tfjs does', () => {
    expect(traceFailure(({ x }) => ({ y: tf.matMul(x!, x!) })).message).toContain('[2,3] and [2,3]');
    const narrow = ({ x }: Inputs) => ({ y: tf.concat([x!, tf.zeros([2, 4])], 0) });
    expect(() => trace(narrow, { x: { shape: [2, 3] } })).toThrow(/concat/i);
  });

  it('passes on an error of the function itself', () => {
    const before = tf.memory().numTensors;
    const failing = () => {
      throw new RangeError('of the function');
    };
    expect(() => trace(failing, { x: { shape: [2, 3] } })).toThrow(RangeError);
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a tensor of a trace that has ended', () => {
    let escaped: tf.Tensor | undefined;
    trace(
      ({ x }) => {
        escaped = tf.keep(tf.exp(x!));
        return { y: escaped };
      },
      { x: { shape: [2] } },
    );
    expect(() => trace(({ x }) => ({ y: tf.add(x!, escaped!) }), { x: { shape: [2] } })).toThrow(TraceError);
    escaped!.dispose();
  });
});

describe('tensors of another backend', () => {
  it('become constants and stay usable', async () => {
    const weights = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const turned = tf.reshape(weights, [2, 3]);
    const before = tf.memory().numTensors;
    const model = trace(({ x }) => ({ y: tf.matMul(x!, weights), z: tf.add(x!, turned), w: weights }), {
      x: { shape: [2, 3] },
    });
    expect(tf.memory().numTensors).toBe(before);
    const again = trace(({ x }) => ({ y: tf.matMul(x!, weights) }), { x: { shape: [2, 3] } });
    const x = floats([2, 3]);
    const expected = eager(() => tf.matMul(tf.tensor2d(x.data as Float32Array, [2, 3]), weights));
    weights.dispose();
    expect([...turned.dataSync()]).toEqual([1, 2, 3, 4, 5, 6]);
    turned.dispose();
    expect(tf.memory().numTensors).toBe(before - 2);
    const results = await run(model, { x });
    expect([...results.w!.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(results.w!.shape).toEqual([3, 2]);
    for (const { data } of [results.y!, (await run(again, { x })).y!]) {
      for (const [i, value] of [...(data as Float32Array)].entries())
        expect(value).toBeCloseTo(expected[i]!, 5);
    }
  });

  it('may be variables, which are not changed', () => {
    const variable = tf.variable(tf.scalar(3));
    trace(({ x }) => ({ y: tf.mul(x!, variable) }), { x: { shape: [2] } });
    variable.assign(tf.scalar(4));
    expect([...variable.dataSync()]).toEqual([4]);
    variable.dispose();
  });
});

describe('the model', () => {
  it('declares inputs, outputs and the symbolic dimension', async () => {
    const model = trace(
      ({ x, i }) => ({ y: tf.mean(tf.relu(x!), 1), n: tf.add(i!, tf.scalar(1, 'int32')), same: x! }),
      { x: { shape: ['N', 3] }, i: { shape: [], dtype: 'int32' } },
    );
    const session = await createSession(model, { threads: 1 });
    expect(session.inputs).toEqual([
      { name: 'x', dtype: 'float32', shape: ['N', 3] },
      { name: 'i', dtype: 'int32', shape: [] },
    ]);
    expect(session.outputs).toEqual([
      { name: 'y', dtype: 'float32', shape: ['N'] },
      { name: 'n', dtype: 'int32', shape: [] },
      { name: 'same', dtype: 'float32', shape: ['N', 3] },
    ]);
    for (const rows of [1, 4]) {
      const x = floats([rows, 3]);
      const results = await session.run({ x, i: hostTensor('int32', [], Int32Array.of(6)) });
      expect(results.y!.shape).toEqual([rows]);
      expect([...results.n!.data]).toEqual([7]);
      expect(results.same!.data).toEqual(x.data);
    }
    await session.release();
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor, number]>([
    ['twice the rows', (x) => tf.concat([x, x], 0), 6],
    ['all but the first row', (x) => tf.slice(x, [1, 0], [-1, 3]), 2],
    ['all but two rows', (x) => tf.slice(tf.slice(x, 1), 1), 1],
    ['every second row', (x) => tf.stridedSlice(x, [0, 0], [1e9, 3], [2, 1]), 2],
    ['every second row from the end', (x) => tf.stridedSlice(x, [-1, 0], [-1e9, 3], [-2, 1]), 2],
    [
      'a border of rows',
      (x) =>
        tf.pad(x as tf.Tensor2D, [
          [1, 1],
          [0, 0],
        ]),
      5,
    ],
  ])('leaves a dimension open that depends on the symbolic one: %s', async (_, f, rows) => {
    const session = await createSession(trace(({ x }) => ({ y: f(x!) }), { x: { shape: ['N', 3] } }));
    expect(session.outputs[0]!.shape).toEqual(['', 3]);
    const x = floats([3, 3]);
    const { y } = await session.run({ x });
    expect(y!.shape).toEqual([rows, 3]);
    expect(y!.data).toEqual(eager(() => f(tf.tensor2d(x.data as Float32Array, [3, 3]))));
    await session.release();
  });

  it('takes a batch of any size through a network', async () => {
    const network = ({ x }: Inputs) => {
      const stem = tf.conv2d(x as tf.Tensor4D, tf.ones([3, 3, 3, 16]), 2, 'same');
      const pooled = tf.maxPool(tf.relu(stem), 3, 2, 'same');
      return { y: tf.matMul(tf.mean(pooled, [1, 2]), tf.ones([16, 5])) };
    };
    const session = await createSession(trace(network, { x: { shape: ['N', 8, 8, 3] } }), { threads: 1 });
    for (const rows of [1, 3]) {
      const x = floats([rows, 8, 8, 3]);
      const { y } = await session.run({ x });
      const expected = eager(() => network({ x: tf.tensor4d(x.data as Float32Array, [rows, 8, 8, 3]) }).y);
      expect(y!.shape).toEqual([rows, 5]);
      for (const [i, value] of [...(y!.data as Float32Array)].entries())
        expect(value / expected[i]!).toBeCloseTo(1, 5);
    }
    await session.release();
  });

  it('holds standard operators only', () => {
    const model = trace(({ x }) => ({ y: tf.conv2d(x as tf.Tensor4D, tf.ones([3, 3, 16, 16]), 1, 'same') }), {
      x: { shape: [1, 4, 4, 16] },
    });
    const { graph, opsetImport } = fromBinary(ModelProtoSchema, model);
    expect(opsetImport.map(({ domain, version }) => [domain, version])).toEqual([['', 18n]]);
    expect(graph!.node.map(({ domain }) => domain).filter((domain) => domain !== '')).toEqual([]);
  });

  it('holds one output under two names, and an input as an output', async () => {
    const model = trace(
      ({ x }) => {
        const y = tf.exp(x!);
        return { a: y, b: y, c: x! };
      },
      { x: { shape: [2] } },
    );
    const { a, b, c } = await run(model, { x: floats([2]) });
    expect(a!.data).toEqual(b!.data);
    expect(c!.data).toEqual(floats([2]).data);
  });
});

it('a scalar that is repeated to a shape stays one where it is broadcast', async () => {
  const model = trace(
    ({ x }) => {
      const isPositive = tf.greater(tf.sum(x!), 0);
      return { y: tf.where(isPositive, x!, tf.neg(x!)), whole: tf.tile(tf.reshape(tf.sum(x!), [1]), [3]) };
    },
    { x: { shape: [2, 2, 2, 2] } },
  );
  const operators = fromBinary(ModelProtoSchema, model).graph!.node.map(({ opType }) => opType);
  expect(operators.filter((name) => ['Tile', 'Expand'].includes(name))).toEqual(['Expand']);
  for (const sign of [1, -1]) {
    const x = floats([2, 2, 2, 2], sign, 2 * sign);
    const sum = (x.data as Float32Array).reduce((total, value) => total + value, 0);
    const { y, whole } = await run(model, { x });
    expect([...y!.data]).toEqual([...(x.data as Float32Array)].map((value) => Math.abs(value)));
    for (const value of whole!.data as Float32Array) expect(value).toBeCloseTo(sum, 4);
  }
});
