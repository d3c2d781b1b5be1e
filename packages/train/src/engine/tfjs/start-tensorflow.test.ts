import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeRuntime, UnavailableError } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/tiny-run.ts';
import { startBackend } from './start-backend.ts';

const installed = describeRuntime().packages.some(({ name, usable }) => /tfjs-node/.test(name) && usable);

afterEach(() => delete process.env.HM_TFJS_NODE);

test.skipIf(installed)('names both packages and their cures where neither is installed', async () => {
  const start = startBackend('tensorflow');
  await expect(start).rejects.toThrow(UnavailableError);
  await expect(start).rejects.toThrow(/tfjs-node-gpu: not installed; @tensorflow\/tfjs-node: not installed/);
  await expect(start).rejects.toThrow(/Fix: npm install .*-gpu .*CUDA 11.2.*; or npm install/);
});

/** A package with the given files, as the only tfjs-node. */
async function install(files: Record<string, string>): Promise<void> {
  process.env.HM_TFJS_NODE = await temporaryFolder();
  const folder = join(process.env.HM_TFJS_NODE, 'node_modules/@tensorflow/tfjs-node');
  const manifest = { name: '@tensorflow/tfjs-node', version: tf.version_core, main: 'index.js' };
  for (const [name, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

test.skipIf(installed)('says that the install script did not run', async () => {
  await install({});
  await expect(startBackend('tensorflow')).rejects.toThrow(/native library is missing.*npm rebuild/);
});

test.skipIf(installed)(
  'says why a native library does not load, and leaves the current backend',
  async () => {
    await tf.setBackend('cpu');
    await install({
      'lib/napi-v8/tfjs_binding.node': 'no library',
      'index.js': "require('./lib/napi-v8/tfjs_binding.node');",
    });
    const start = startBackend('tensorflow');
    await expect(start).rejects.toThrow(UnavailableError);
    await expect(start).rejects.toThrow(
      /tfjs-tensorflow: expected a backend that starts, got .*tfjs_binding.node/,
    );
    expect(tf.getBackend()).toBe('cpu');
  },
);
