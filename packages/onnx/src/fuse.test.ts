import '@tensorflow/tfjs-backend-cpu';
import { fromBinary } from '@bufbuild/protobuf';
import * as tf from '@tensorflow/tfjs-core';
import { ModelProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { blockSize } from './blocks.ts';
import { fuseBlocked } from './fuse.ts';
import { BLOCKED_DOMAIN, type GraphNode } from './graph.ts';
import { compare, type Program } from './testing/compare.ts';
import { floats } from './testing/inputs.ts';
import { record } from './trace/trace.ts';

const block = await blockSize();
const conv = (x: tf.Tensor, filter: tf.Tensor) =>
  tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
const image = floats([2, 5, 4, 16]);
const filters = [floats([3, 3, 16, 16], -1, 1, 1), floats([3, 3, 16, 16], -1, 1, 2)];

/** Operators of a program in blocked layouts, without those that rearrange images and filters. */
function operators(program: Program): string[] {
  const inputs = Object.fromEntries([image, ...filters].map(({ shape }, i) => [`x${i}`, { shape }]));
  const { model } = record(
    (tensors) => Object.fromEntries([program(...Object.values(tensors))].flat().map((y, i) => [`y${i}`, y])),
    inputs,
    { block },
  );
  const { node } = fromBinary(ModelProtoSchema, model).graph!;
  return node.map(({ opType }) => opType).filter((op) => !/Reorder|Reshape|Transpose|Gather/.test(op));
}

const residual: Program = (x, first, second) => {
  const start = conv(x!, first!);
  return tf.relu(tf.add(conv(start, second!), start));
};

describe.skipIf(block === 0)('fusing in blocked layouts', () => {
  it('takes a residual addition and its rectifier into the convolution', async () => {
    expect(operators(residual)).toEqual(['Conv', 'Conv']);
    await compare(residual, [image, ...filters], { gradients: true });
  });

  it('takes the addition on either side', async () => {
    const program: Program = (x, first, second) => {
      const start = conv(x!, first!);
      return tf.relu(tf.add(start, conv(start, second!)));
    };
    expect(operators(program)).toEqual(['Conv', 'Conv']);
    await compare(program, [image, ...filters]);
  });

  it('takes one of two convolutions that are added', async () => {
    const program: Program = (x, first, second) => tf.add(conv(x!, first!), conv(x!, second!));
    expect(operators(program)).toEqual(['Conv', 'Conv']);
    await compare(program, [image, ...filters], { gradients: true });
  });

  it('keeps what somebody else reads', async () => {
    const program: Program = (x, first, second) => {
      const y = conv(conv(x!, first!), second!);
      return [tf.relu(y), y];
    };
    expect(operators(program)).toContain('Relu');
    await compare(program, [image, ...filters]);
  });

  it('keeps a convolution that is added to itself', async () => {
    const program: Program = (x, first, second) => {
      const y = conv(conv(x!, first!), second!);
      return tf.add(y, y);
    };
    expect(operators(program)).toContain('Add');
    await compare(program, [image, ...filters]);
  });

  it('keeps an addition that broadcasts', async () => {
    const program: Program = (x, first, second) =>
      tf.add(conv(conv(x!, first!), second!), tf.mean(x!, [0, 1, 2]));
    expect(operators(program)).toContain('Add');
    await compare(program, [image, ...filters]);
  });

  it('keeps two rectifiers in a row right', async () => {
    const program: Program = (x, first, second) =>
      tf.relu(tf.add(tf.relu(conv(x!, first!)), conv(x!, second!)));
    expect(operators(program)).toEqual(['Conv', 'Conv']);
    await compare(program, [image, ...filters], { gradients: true });
  });
});

describe('fuseBlocked', () => {
  const node = (op: string, inputs: string[], output: string, domain = ''): GraphNode => ({
    op,
    domain,
    inputs,
    outputs: [output],
    attributes: {},
    sameShape: true,
  });

  it('drops nodes on which no output depends', () => {
    const nodes = [node('Exp', ['x'], 'a'), node('Log', ['a'], 'dead'), node('Abs', ['a'], 'y')];
    expect(fuseBlocked(nodes, new Set(['y'])).map(({ op }) => op)).toEqual(['Exp', 'Abs']);
  });

  it('leaves ordinary convolutions to ONNX Runtime', () => {
    const nodes = [node('Conv', ['x', 'w'], 'a'), node('Relu', ['a'], 'y')];
    expect(fuseBlocked(nodes, new Set(['y']))).toEqual(nodes);
  });

  it('does not swallow a convolution that is an output', () => {
    const nodes = [node('Conv', ['x', 'w'], 'a', BLOCKED_DOMAIN), node('Relu', ['a'], 'y')];
    expect(fuseBlocked(nodes, new Set(['a', 'y']))).toEqual(nodes);
    expect(fuseBlocked(nodes, new Set(['y']))).toEqual([
      { ...nodes[0], outputs: ['y'], attributes: { activation: 'Relu' } },
    ]);
  });
});
