import { hostTensor, Rng } from '@hm/tensor/host';
import { describe, expect, it } from 'vitest';
import { blockSize } from '../blocks.ts';
import { Graph } from '../graph.ts';
import { readModelFile } from '../precision/model-file.ts';
import { createSession } from '../session.ts';
import { withPreluInBlocks } from './prelu-in-blocks.ts';

const rng = Rng.of('prelu in blocks');
const numbers = (length: number) => Float32Array.from({ length }, () => rng.normal());

interface Case {
  channels?: number;
  slopes?: number[];
  /** How the activation is written. */
  form?: 'PRelu' | 'Relu' | 'Max';
  /** Whether it stands behind a convolution, and not at the beginning. */
  behind?: boolean;
  /** Whether the convolution's bias is an operator of its own. */
  bias?: boolean;
}

/** Two convolutions of an image of 3 channels, a PReLU between them. */
function network({
  channels = 32,
  slopes = [channels, 1, 1],
  form = 'PRelu',
  behind = true,
  bias = false,
}: Case = {}) {
  const graph = new Graph();
  const constant = (...shape: number[]) =>
    graph.constant('float32', shape, numbers(shape.reduce((a, b) => a * b)));
  const inputs = behind ? 3 : channels;
  const convolved = behind ? graph.add('Conv', ['x', constant(channels, 3, 3, 3)]) : 'x';
  const x = bias ? graph.add('Add', [convolved, constant(1, channels, 1, 1)]) : convolved;
  const zero = graph.constant('float32', [], [0]);
  const activated =
    form === 'PRelu'
      ? graph.add('PRelu', [x, constant(...slopes)])
      : graph.add('Add', [
          graph.add('Mul', [constant(...slopes), graph.add('Min', [x, zero])]),
          form === 'Relu' ? graph.add('Relu', [x]) : graph.add('Max', [zero, x]),
        ]);
  graph.publish(graph.add('Conv', [activated, constant(16, channels, 1, 1)]), 'y');
  const image = { name: 'x', dtype: 'float32' as const, shape: [2, inputs, 9, 9] };
  const model = graph.encode([image], [{ name: 'y' }]);
  return { model, x: hostTensor('float32', image.shape, numbers(2 * inputs * 81)) };
}

const opsOf = (model: Uint8Array) => readModelFile(model).graph.node.map(({ opType }) => opType);
const block = await blockSize();

describe.skipIf(block === 0)('PReLU in blocks', () => {
  it.each<[string, Case]>([
    ['PRelu', {}],
    ['PRelu behind a bias', { bias: true }],
    ['PRelu with four dimensions', { slopes: [1, 32, 1, 1] }],
    ['Relu, Min and Mul', { form: 'Relu' }],
    ['Max, Min and Mul', { form: 'Max' }],
  ])('%s becomes rectifiers and depthwise convolutions, with the same numbers', async (_name, options) => {
    const { model, x } = network(options);
    const changed = await withPreluInBlocks(model);
    const biased = options.bias ? ['Add'] : [];
    expect(opsOf(changed!)).toEqual(['Conv', ...biased, 'Relu', 'Conv', 'Relu', 'Conv', 'Add', 'Conv']);
    const outputs = [];
    for (const convolutions of ['measured', 'direct'] as const) {
      const session = await createSession(model, { convolutions });
      outputs.push([...(await session.run({ x })).y!.data]);
      await session.release();
    }
    expect(outputs[0]).toEqual(outputs[1]);
  });

  it.each<[string, Case]>([
    ['one slope for all channels', { slopes: [1, 1, 1] }],
    ['a slope for each column', { slopes: [7] }],
    ['channels that fill no block', { channels: 36 }],
    ['no convolution before it', { behind: false }],
  ])('%s: stays as it is', async (_name, options) => {
    expect(await withPreluInBlocks(network(options).model)).toBeUndefined();
  });

  it('leaves a file that it cannot read to ONNX Runtime', async () => {
    expect(await withPreluInBlocks(Uint8Array.of(1, 2, 3))).toBeUndefined();
    await expect(createSession(Uint8Array.of(1, 2, 3))).rejects.toThrow(/ONNX/);
  });
});
