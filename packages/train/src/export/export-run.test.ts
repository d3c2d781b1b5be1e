import { preprocessingFromMetadata } from '@hm/datasets';
import { createSession } from '@hm/onnx/session';
import { hostTensor, InvalidArgumentError, type Params, Rng, toTensors, unflattenParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { loadRun } from '../run-folder/load-run.ts';
import { tinyBackbone } from '../testing/tiny-backbone.mjs';
import { eventsOf, temporaryFolder, tinyOptions, tinyRecipe } from '../testing/tiny-run.ts';
import { train } from '../train.ts';
import { exportRun } from './export-run.ts';

const rng = Rng.of('export-run');
const noise = Float32Array.from({ length: 2 * 32 * 32 * 3 }, () => rng.uniform(-1, 1));

test('the file computes what the trained network computes, and says where it comes from', async () => {
  const out = await temporaryFolder();
  const run = train(tinyOptions(out, { dataLicense: 'research only' }));
  for await (const _ of run);
  const session = await createSession(await run.exportOnnx());
  const nhwc = tf.tensor4d(noise, [2, 32, 32, 3]);
  const nchw = tf.transpose(nhwc, [0, 3, 1, 2]);
  const input = hostTensor('float32', [2, 3, 32, 32], nchw.dataSync() as Float32Array);
  const { embedding } = await session.run({ input });
  const { state } = await loadRun(out);
  const { params, statistics } = unflattenParams(toTensors(state)) as Record<string, Params>;
  const variables = { params: params!.backbone as Params, statistics: statistics! };
  const { embeddings } = tinyBackbone().apply(variables, nhwc, 'inference');
  const expected = embeddings.dataSync();
  expect(embedding!.shape).toEqual([2, 16]);
  for (const [index, value] of expected.entries()) expect(embedding!.data[index]).toBeCloseTo(value, 5);
  expect(preprocessingFromMetadata(session.metadata)).toMatchObject({
    height: 32,
    width: 32,
    template: 'none',
  });
  expect(session.metadata).toMatchObject({ 'hm.embeddingSize': '16', 'hm.dataLicense': 'research only' });
  const json = (key: string) => JSON.parse(session.metadata[key]!);
  expect(json('hm.backbone')).toEqual({ name: 'tiny', config: { embeddingSize: 16, size: 32 } });
  expect(json('hm.head')).toMatchObject({ name: 'cosface', scale: 8 });
  expect(json('hm.recipe')).toEqual(tinyRecipe);
  expect(json('hm.training')).toMatchObject({
    step: 8,
    epochs: 2,
    seed: 1,
    data: { images: 48, classes: 6 },
  });
  await session.release();
});

test('a backbone of ones own must be passed, and be the right one', async () => {
  const out = await temporaryFolder();
  await eventsOf(tinyOptions(out));
  await expect(exportRun(out)).rejects.toThrow(InvalidArgumentError);
  await expect(exportRun(out, { backbone: tinyBackbone({ embeddingSize: 8 }) })).rejects.toThrow(
    /the run's backbone/,
  );
  const before = tf.memory().numTensors;
  expect(await exportRun(await loadRun(out), { backbone: tinyBackbone() })).toBeInstanceOf(Uint8Array);
  expect(tf.memory().numTensors).toBe(before);
});
