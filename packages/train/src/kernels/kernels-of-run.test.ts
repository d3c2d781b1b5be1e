import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kernelCachePath } from '@hm/onnx';
import type { Backbone } from '@hm/resnet';
import { disposeParams, type Params } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import type { TrainOptions } from '../options.ts';
import { loadRun } from '../run-folder/load-run.ts';
import { tinyBackbone } from '../testing/tiny-backbone.mjs';
import { differing, eventsOf, temporaryFolder, tinyOptions } from '../testing/tiny-run.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const { init, ...tiny } = tinyBackbone();

/** One 3×3 convolution with stride 1, a mean and a dense layer. */
const backbone: Backbone = {
  ...tiny,
  name: 'plain',
  init(rng) {
    const { norm, ...params } = init(rng).params;
    disposeParams(norm as Params);
    return { params, statistics: {} };
  },
  apply({ params: { stem, dense }, statistics }, images) {
    const { kernel } = stem as { kernel: tf.Tensor4D };
    const features = tf.mean(tf.relu(tf.conv2d(images, kernel, 1, 1)), [1, 2]);
    return { embeddings: tf.matMul(features, (dense as { kernel: tf.Tensor2D }).kernel), statistics };
  },
};
const changes: Partial<TrainOptions> = { backbone };
const json = async (path: string) => JSON.parse(await readFile(path, 'utf8'));

/** Makes another form the fastest of all that were measured. */
async function seedCache(form: string): Promise<void> {
  const all = await json(kernelCachePath());
  for (const times of Object.values<Record<string, Record<string, number>>>(all))
    for (const entry of Object.values(times)) entry[form] = 1e-6;
  await writeFile(kernelCachePath(), JSON.stringify(all));
}

test('a run chooses by what was measured, and goes on with its choice to the bit where nothing is known', async () => {
  vi.stubEnv('XDG_CACHE_HOME', await temporaryFolder());
  const [direct, straight, stopped] = [
    await temporaryFolder(),
    await temporaryFolder(),
    await temporaryFolder(),
  ];
  await eventsOf(tinyOptions(direct, changes));
  await expect(readFile(kernelCachePath())).rejects.toThrow(/ENOENT/);
  await eventsOf(tinyOptions(await temporaryFolder(), { ...changes, kernels: 'measured' }));
  await seedCache('winograd-4');
  await eventsOf(tinyOptions(straight, { ...changes, kernels: 'measured' }));
  const kernels = await json(join(straight, 'kernels.json'));
  expect(Object.keys(kernels).length).toBeGreaterThan(1);
  expect(new Set(Object.values(kernels))).toEqual(new Set(['winograd-4']));

  const controller = new AbortController();
  const options = { ...changes, kernels: 'measured', logEvery: 1, signal: controller.signal } as const;
  await eventsOf(tinyOptions(stopped, options), (event) => {
    if (event.kind === 'step' && event.step === 2) controller.abort();
  });
  await rm(kernelCachePath());
  await eventsOf(tinyOptions(stopped, { ...changes, resume: true }));
  const [a, b, c] = [await loadRun(straight), await loadRun(stopped), await loadRun(direct)];
  expect(differing(a.state, b.state)).toEqual([]);
  expect(differing(a.state, c.state)).not.toEqual([]);
});

test('a choice that cannot be read is an error', async () => {
  vi.stubEnv('XDG_CACHE_HOME', await temporaryFolder());
  const out = await temporaryFolder();
  await eventsOf(tinyOptions(out));
  await writeFile(join(out, 'kernels.json'), '{"cut');
  await expect(eventsOf(tinyOptions(out, { resume: true }))).rejects.toThrow(
    /kernels\.json: expected the forms/,
  );
});
