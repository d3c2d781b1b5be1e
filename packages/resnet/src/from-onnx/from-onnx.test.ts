/// <reference types="node" />
import '@tensorflow/tfjs-backend-cpu';
import { existsSync, readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { exportOnnx } from '@hm/onnx';
import { flattenParams, hostTensor, Rng, sizeOf } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { type GraphProto, ModelProtoSchema, NodeProtoSchema, TensorProtoSchema } from 'onnx-buf';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { backboneOf } from '../backbone.ts';
import { basicBlock, irBlock } from '../blocks.ts';
import { conv, dense, flatten, maxPool, norm, relu, sequential } from '../layers.ts';
import { expectGradients } from '../testing/expect-gradients.ts';
import { fromOnnx } from './from-onnx.ts';

const golden = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../golden/${name}`, import.meta.url)));
const noise = (shape: number[]) => {
  const rng = Rng.of('from-onnx');
  return hostTensor(
    'float32',
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(-1, 1)),
  );
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(['iresnet.onnx', 'iresnet-norms.onnx', 'inception.onnx', 'depthwise.onnx'])(
  "PyTorch's %s",
  (name) => {
    it('embeds as the file, and has a gradient for every weight', async () => {
      const backbone = await fromOnnx(golden(name));
      expect([backbone.embeddingSize, backbone.imageSize]).toEqual([16, [16, 16]]);
      await expectGradients(backbone);
    });
  },
);

it('keeps statistics, or moves them as PyTorch does', async () => {
  const images = tf.randomUniform<tf.Rank.R4>([4, 16, 16, 3], -1, 1, 'float32', 3);
  const moved = async (normalization: 'frozen' | 'train') => {
    const backbone = await fromOnnx(golden('iresnet-norms.onnx'), { normalization });
    const variables = backbone.init(Rng.of(1));
    const before = flattenParams(variables.statistics);
    const after = flattenParams(tf.tidy(() => backbone.apply(variables, images, 'train').statistics));
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    return Object.keys(before).filter(
      (name) => !tf.util.arraysEqual(before[name]!.dataSync(), after[name]!.dataSync()),
    );
  };
  expect(await moved('frozen')).toEqual([]);
  expect(await moved('train')).toHaveLength(20);
});

const small = backboneOf({
  name: 'small',
  imageSize: [16, 16],
  embeddingSize: 8,
  network: sequential({
    stem: sequential({ filter: conv(3, 8, { stride: 2 }), norm: norm(8), relu }),
    blocks: sequential([basicBlock(8, 8, 1), irBlock(8, 12, 2)]),
    depthwise: conv(12, 12, { groups: 12 }),
    pool: maxPool(2, 2, 0),
    flatten,
    dense: dense(48, 8),
  }),
});

it.each(['nchw', 'nhwc'])('reads what this package exported, images in %s', async (layout) => {
  const variables = small.init(Rng.of(3));
  const shape = layout === 'nchw' ? ['N', 3, 16, 16] : ['N', 16, 16, 3];
  const bytes = await exportOnnx(
    ({ input }) => {
      const images = layout === 'nchw' ? tf.transpose(input!, [0, 2, 3, 1]) : input!;
      return { embedding: small.apply(variables, images as tf.Tensor4D, 'inference').embeddings };
    },
    { input: { shape } },
  );
  const backbone = await fromOnnx(bytes);
  const images = tf.tensor(noise([1, 16, 16, 3]).data, [1, 16, 16, 3]) as tf.Tensor4D;
  const wanted = small.apply(variables, images, 'inference').embeddings.dataSync();
  const found = backbone.apply(backbone.init(Rng.of(1)), images, 'inference').embeddings.dataSync();
  const largest = Math.max(...wanted.map(Math.abs));
  for (const [index, value] of wanted.entries())
    expect(Math.abs(found[index]! - value)).toBeLessThan(1e-3 * largest);
});

function changed(name: string, change: (graph: GraphProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, golden(name));
  change(model.graph!);
  return toBinary(ModelProtoSchema, model);
}

describe('refuses', () => {
  test.each<[string, () => Uint8Array, string]>([
    ['other bytes', () => Uint8Array.of(255, 255, 255), 'expected an ONNX model'],
    ['a file that is cut', () => golden('iresnet.onnx').subarray(0, 40_000), 'expected an ONNX model'],
    [
      'a weight that is missing',
      () => changed('iresnet.onnx', (graph) => void graph.initializer.shift()),
      'one input and one output|that fit|depends on',
    ],
    [
      'a weight that is shorter',
      () =>
        changed(
          'iresnet.onnx',
          ({ initializer }) => void Object.assign(initializer[0]!, { rawData: new Uint8Array(4) }),
        ),
      'values of',
    ],
    [
      'weights in another file',
      () =>
        changed(
          'iresnet.onnx',
          ({ initializer }) => void Object.assign(initializer[0]!, { dataLocation: 1 }),
        ),
      'in the file, got a file beside it',
    ],
    [
      'operators of others',
      () => changed('iresnet.onnx', ({ node }) => void Object.assign(node[0]!, { domain: 'com.example' })),
      'of com.example',
    ],
    [
      'operators without a gradient, all of them',
      () =>
        changed('iresnet.onnx', (graph) =>
          graph.node.push(
            create(NodeProtoSchema, { opType: 'NonZero', output: ['a'] }),
            create(NodeProtoSchema, { opType: 'TopK', output: ['b'] }),
          ),
        ),
      'operators with a gradient, got NonZero, TopK',
    ],
    [
      'an open rank',
      () =>
        changed(
          'iresnet.onnx',
          ({ input }) => void Object.assign(input[0]!.type!.value.value!, { shape: undefined }),
        ),
      'rank 4, got an open rank',
    ],
  ])('%s', async (_, bytes, message) => {
    await expect(async () => fromOnnx(bytes())).rejects.toThrow(new RegExp(message));
  });

  it('a normalization in training mode', async () => {
    const bytes = changed('iresnet-norms.onnx', (graph) => {
      const norm = graph.node.find(({ opType }) => opType === 'BatchNormalization')!;
      const mode = norm.attribute.find(({ name }) => name === 'training_mode');
      if (mode) mode.i = 1n;
      else norm.attribute.push({ ...norm.attribute[0]!, name: 'training_mode', type: 2, i: 1n });
    });
    await expect(fromOnnx(bytes)).rejects.toThrow('a network for inference at BatchNormalization');
  });

  it.each([0, 1])('a dropout in training mode, and no other: %i', async (mode) => {
    const bytes = changed('iresnet.onnx', (graph) => {
      const last = graph.node.at(-1)!;
      const [BOOL, name] = [9, 'mode'];
      graph.initializer.push(
        create(TensorProtoSchema, { name, dataType: BOOL, dims: [], rawData: Uint8Array.of(mode) }),
      );
      const dropout = { opType: 'Dropout', input: [last.input[0]!, '', name], output: ['dropped'] };
      graph.node.splice(-1, 0, create(NodeProtoSchema, dropout));
      last.input[0] = 'dropped';
    });
    if (mode === 0) await fromOnnx(bytes);
    else await expect(fromOnnx(bytes)).rejects.toThrow('a network for inference at Dropout');
  });
});

const real = `${process.env.HM_DATA}/models/mobilefacenet.onnx`;
it.skipIf(!existsSync(real))('embeds as a published MobileFaceNet', async () => {
  const backbone = await fromOnnx(new Uint8Array(readFileSync(real)));
  expect([backbone.embeddingSize, backbone.imageSize]).toEqual([128, [112, 112]]);
});
