/// <reference types="node" />
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { describeRuntime } from './describe-runtime.ts';
import { engineChecks, engineNotes, type Machine } from './engine-problems.ts';
import { findPackage } from './find-package.ts';
import '../testing.ts';

const root = mkdtempSync(join(tmpdir(), 'runtime-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Makes a package's folder with empty files. */
function install(name: string, version: string, ...files: string[]) {
  const path = join(root, 'node_modules', name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, version }));
  for (const file of files) {
    mkdirSync(join(path, file, '..'), { recursive: true });
    writeFileSync(join(path, file), '');
  }
  return { version, path };
}

const machine: Machine = {
  nodeVersion: '20.19.0',
  platform: 'linux',
  architecture: 'x64',
  libraryFolders: [root],
  packageFolders: [root],
};
const problem = (name: string, installed: ReturnType<typeof install>, change: Partial<Machine> = {}) =>
  engineChecks[name]!(installed, { ...machine, ...change });

describe('describeRuntime', () => {
  it('describes this machine and tfjs as plain data', () => {
    const runtime = describeRuntime();
    expect(JSON.parse(JSON.stringify(runtime)).tfjs).toEqual({
      version: '4.22.0',
      backends: ['cpu'],
      backend: 'cpu',
    });
    expect(runtime.node).toMatchObject({
      version: process.versions.node,
      platform: process.platform,
      architecture: process.arch,
      cores: availableParallelism(),
      memoryBytes: totalmem(),
    });
    expect(runtime.tfjs.version).toBe(tf.version_core);
  });

  it('lists every engine package, found or not', () => {
    const packages = describeRuntime().packages;
    expect(packages.map(({ name }) => name)).toEqual([
      '@tensorflow/tfjs-node-gpu',
      '@tensorflow/tfjs-node',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-webgpu',
      'webgpu',
      'onnxruntime-node',
    ]);
    const find = (name: string) => packages.find((entry) => entry.name === name);
    expect(find('onnxruntime-node')).toMatchObject({ usable: true, reason: undefined });
    expect(find('@tensorflow/tfjs-node-gpu')).toMatchObject({
      version: undefined,
      usable: false,
      reason: 'not installed',
      fix: 'npm install @tensorflow/tfjs-node-gpu (Linux or Windows on x64, CUDA 11.2, cuDNN 8.1)',
    });
  });

  it('looks in further folders and in those above them', () => {
    install('webgpu', '1.2.3');
    expect(findPackage('webgpu', [join(root, 'a/b/c.js')])).toEqual({
      version: '1.2.3',
      path: join(root, 'node_modules/webgpu'),
    });
    expect(findPackage('no-such-package', [root])).toBeUndefined();
  });
});

describe('why an engine cannot be used', () => {
  it('tfjs-node: its library was not downloaded', () => {
    const found = problem('@tensorflow/tfjs-node', install('@tensorflow/tfjs-node', '4.22.0'));
    expect(found?.reason).toMatch(/native library is missing/);
    expect(found?.fix).toMatch(/npm rebuild/);
  });

  it('tfjs-node: Node 23 and later lack util.isNullOrUndefined, which is told and no obstacle', () => {
    const installed = install('@tensorflow/tfjs-node', '4.22.0', 'lib/napi-v8/tfjs_binding.node');
    expect(problem('@tensorflow/tfjs-node', installed, { nodeVersion: '24.0.1' })).toBeUndefined();
    const note = engineNotes['@tensorflow/tfjs-node']!;
    expect(note({ ...machine, nodeVersion: '22.18.0' })).toBeUndefined();
    expect(note({ ...machine, nodeVersion: '24.0.1' })).toMatch(/isNullOrUndefined.*Node 24.0.1/);
  });

  it('tfjs-node-gpu: CUDA and cuDNN are missing, one of them, or none', () => {
    const installed = install('@tensorflow/tfjs-node-gpu', '4.22.0', 'lib/napi-v8/tfjs_binding.node');
    const reason = () => problem('@tensorflow/tfjs-node-gpu', installed)?.reason;
    expect(reason()).toMatch(/CUDA 11.2 \(libcudart.so.11.0\) and cuDNN 8.1 \(libcudnn.so.8\) not found/);
    writeFileSync(join(root, 'libcudart.so.11.0'), '');
    expect(reason()).toMatch(/^cuDNN 8.1/);
    writeFileSync(join(root, 'libcudnn.so.8'), '');
    expect(reason()).toBeUndefined();
    const arm = problem('@tensorflow/tfjs-node-gpu', installed, { architecture: 'arm64' });
    expect(arm?.reason).toMatch(/not for linux\/arm64/);
  });

  it('a tfjs package of another version', () => {
    const found = problem('@tensorflow/tfjs-backend-cpu', install('@tensorflow/tfjs-backend-cpu', '4.20.0'));
    expect(found?.reason).toMatch(/4.20.0 beside @tensorflow\/tfjs-core 4.22.0/);
    expect(found?.fix).toMatch(/Install version 4.22.0/);
  });

  it('the webgpu backend without navigator.gpu and without the package that brings it', () => {
    const installed = install('@tensorflow/tfjs-backend-webgpu', '4.22.0');
    const reason = (folders: string[]) =>
      problem('@tensorflow/tfjs-backend-webgpu', installed, { packageFolders: folders })?.reason;
    expect(reason([])).toBe('there is no navigator.gpu');
    install('webgpu', '0.6.2', 'dist/linux-x64/dawn.node');
    expect(reason([root])).toBeUndefined();
  });

  it('a native library for another machine', () => {
    const onnx = install('onnxruntime-node', '1.30.0', 'bin/napi-v6/linux/x64/onnxruntime_binding.node');
    expect(problem('onnxruntime-node', onnx)).toBeUndefined();
    expect(problem('onnxruntime-node', onnx, { platform: 'freebsd' })?.reason).toMatch(
      /napi-v6\/freebsd\/x64/,
    );
    const webgpu = install('webgpu', '0.6.2', 'dist/linux-x64/dawn.node', 'dist/darwin-universal/dawn.node');
    expect(problem('webgpu', webgpu)).toBeUndefined();
    expect(problem('webgpu', webgpu, { platform: 'darwin', architecture: 'arm64' })).toBeUndefined();
    expect(problem('webgpu', webgpu, { platform: 'sunos' })?.fix).toMatch(/Install it anew/);
  });
});

it('looks in the folder that HM_TFJS_NODE names', () => {
  install('@tensorflow/tfjs-node', '4.22.0', 'lib/napi-v8/tfjs_binding.node');
  process.env.HM_TFJS_NODE = root;
  const found = describeRuntime().packages.find(({ name }) => name === '@tensorflow/tfjs-node');
  delete process.env.HM_TFJS_NODE;
  expect(found).toMatchObject({ usable: true, path: join(root, 'node_modules/@tensorflow/tfjs-node') });
});
