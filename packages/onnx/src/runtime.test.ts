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
      'loadRuntime',
      'optimizedModel',
      'placementOf',
      'probeProvider',
      'readBeside',
      'readModel',
      'runtimePackage',
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
