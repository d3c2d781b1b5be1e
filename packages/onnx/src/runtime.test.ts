import { execFileSync } from 'node:child_process';
import { InvalidDataError, UnavailableError } from '@hm/tensor/host';
import { expect, it } from 'vitest';
import * as node from './runtime.node.ts';
import type { RuntimeModule } from './runtime.ts';
import * as web from './runtime.web.ts';

it('is one interface under Node and in a browser', () => {
  const modules: RuntimeModule[] = [node, web];
  for (const module of modules) {
    expect(Object.keys(module).sort()).toEqual([
      'kernelCache',
      'kernelCachePath',
      'lanesFor',
      'loadRuntime',
      'optimizedModel',
      'placementOf',
      'probeProvider',
      'readBeside',
      'readModel',
      'runtimePackage',
      'startLane',
    ]);
  }
});

it('takes a model by its path under Node, by its address in a browser', async () => {
  const url = 'data:application/octet-stream;base64,AQID';
  expect([...(await web.readModel(url))]).toEqual([1, 2, 3]);
  await expect(web.readModel('http://127.0.0.1:1/face.onnx')).rejects.toThrow(InvalidDataError);
  await expect(node.readModel('/no/such/face.onnx')).rejects.toThrow(InvalidDataError);
});

it('refuses a profile where there are no files', async () => {
  await expect(web.loadRuntime({ profile: 'run' })).rejects.toThrow(UnavailableError);
});

/** A program that runs a model, where `missing` cannot be imported. */
function runWithout(missing: readonly string[]) {
  const dist = new URL('../dist', import.meta.url);
  const resolve = `export const resolve = (name, context, next) => {
    if (${JSON.stringify(missing)}.includes(name)) throw new Error(name + ' is not there');
    return next(name, context);
  };`;
  const program = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(resolve)}));
    const { createSession, describeProviders } = await import('${dist}/session.js');
    const { Graph } = await import('${dist}/graph.js');
    const graph = new Graph();
    graph.publish(graph.add('Exp', ['x']), 'y');
    const io = (name) => [{ name, dtype: 'float32', shape: [2] }];
    const providers = await describeProviders();
    const told = await createSession(graph.encode(io('x'), io('y')), { threads: 1 }).then(
      async (session) => [...(await session.run({ x: { dtype: 'float32', shape: [2], data: Float32Array.of(0, 1) } })).y.data],
      ({ message }) => message,
    );
    console.log(JSON.stringify({ usable: providers.filter(({ usable }) => usable).map(({ provider }) => provider), told }));
    process.exit();`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }),
  );
}

it('is WebAssembly where the native library cannot be loaded, and an error says what to install where neither can', () => {
  const { usable, told } = runWithout(['onnxruntime-node']);
  expect(usable).toEqual(['cpu']);
  expect(told[0]).toBe(1);
  expect(told[1]).toBeCloseTo(Math.E, 5);
  const neither = runWithout(['onnxruntime-node', 'onnxruntime-web']);
  expect(neither.usable).toEqual([]);
  expect(neither.told).toMatch(/npm install onnxruntime-node.*npm install onnxruntime-web/);
}, 60_000);
