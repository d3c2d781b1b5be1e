import '@tensorflow/tfjs-backend-cpu';
import { readFile } from 'node:fs/promises';
import { trace } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { resnet18 } from '@hm/resnet';
import { flattenParams, type HostTensor, hostTensor, Rng, sizeOf } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Form } from '../packages/onnx/src/forms/forms.ts';
import { fasterModel } from '../packages/onnx/src/inference/faster-model.ts';
import { bundledNetwork } from '../packages/recognize/src/network/bundled.node.ts';
import { sharedData } from './test-data.ts';

function ourResNet18(): Uint8Array {
  const backbone = resnet18();
  const variables = backbone.init(Rng.of(1));
  return trace(
    ({ input }) => {
      const images = tf.transpose(input!, [0, 2, 3, 1]) as tf.Tensor4D;
      return { embedding: backbone.apply(variables, images, 'inference').embeddings };
    },
    { input: { shape: ['N', 3, 112, 112] } },
    {
      parameters: { ...flattenParams(variables.params), ...flattenParams(variables.statistics) } as never,
      foldNormalization: true,
    },
  );
}

/** The model with one form for all of its 3×3 convolutions with stride 1, a few images at a time or not, and their kinds. */
async function withForm(model: Uint8Array, form: Form, groups = false) {
  const session = await createSession(model, { threads: 2, convolutions: 'direct' });
  const [input] = session.inputs;
  let kinds = 0;
  const found = await fasterModel(model, input!, { threads: 2, lanes: 2 }, async (convolutions) => {
    kinds = new Set([...convolutions.values()].map(({ channels, side }) => `${channels} ${side}`)).size;
    return Object.fromEntries(
      [...convolutions].map(([name, { images }]) => {
        const milliseconds = groups && images === 4 ? 1 : images;
        return [name, { direct: 2 * milliseconds, [form]: milliseconds }];
      }),
    );
  });
  return { session, input: input!, faster: found?.model, lanes: found?.lanes, kinds };
}

/** Largest difference, relative to the largest value. */
function difference([a]: HostTensor[], [b]: HostTensor[]): number {
  const [one, other] = [a!.data as Float32Array, b!.data as Float32Array];
  const largest = one.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return one.reduce((most, value, k) => Math.max(most, Math.abs(value - other[k]!)), 0) / largest;
}

const networks = [
  { whose: "dlib's", load: bundledNetwork, kinds: 5 },
  { whose: 'ours', load: async () => ourResNet18(), kinds: 4 },
];
const cases = networks.flatMap((network) => [
  { ...network, form: 'winograd-4' as const, groups: false },
  { ...network, form: 'winograd-4-in-blocks' as const, groups: false },
  { ...network, form: 'winograd-4-in-blocks' as const, groups: true },
]);
test.each(cases)(
  'a ResNet, $whose, gives the same by $form, in groups: $groups, within 1e-5',
  async (each) => {
    const { load, kinds, form, groups } = each;
    const { session, input, faster, lanes, kinds: found } = await withForm(await load(), form, groups);
    expect([found, lanes]).toEqual([kinds, 2]);
    const other = await createSession(faster!, { threads: 2, convolutions: 'direct' });
    const shape = [5, ...(input.shape.slice(1) as number[])];
    const rng = Rng.of('images');
    const feeds = {
      [input.name]: hostTensor(
        'float32',
        shape,
        Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(-1, 1)),
      ),
    };
    const [plain, tiled] = await Promise.all([session.run(feeds), other.run(feeds)]);
    expect(difference(Object.values(plain), Object.values(tiled))).toBeLessThan(1e-5);
    await Promise.all([session.release(), other.release()]);
  },
);

const data = sharedData();
test.skipIf(data === undefined)('a MobileFaceNet stays as it is (HM_DATA)', async () => {
  const { session, faster } = await withForm(
    await readFile(`${data}/models/mobilefacenet.onnx`),
    'winograd-4',
  );
  expect(faster).toBeUndefined();
  await session.release();
});
