import { InvalidArgumentError } from '@hm/tensor/host';
import { expect, test } from 'vitest';
import { engineOf } from './engine-option.ts';

test('an engine by its name', () => {
  expect(engineOf({ provider: 'webgpu' })).toEqual({ kind: 'onnx', provider: 'webgpu' });
  expect(engineOf({ engine: 'onnx', provider: 'cpu', threads: 2 })).toEqual({
    kind: 'onnx',
    provider: 'cpu',
    threads: 2,
  });
  expect(engineOf({ engine: 'tfjs-tensorflow', provider: 'cpu' })).toEqual({
    kind: 'tfjs',
    backend: 'tensorflow',
  });
  expect(engineOf({ engine: 'tfjs-webgpu', provider: 'cpu' })).toEqual({ kind: 'tfjs', backend: 'webgpu' });
  expect(engineOf({ engine: 'auto', provider: 'cpu', threads: 1 })).toEqual({ kind: 'auto', threads: 1 });
});

test('a provider of ONNX Runtime on another engine is refused', () => {
  expect(() => engineOf({ engine: 'tfjs-cpu', provider: 'webgpu' })).toThrow(InvalidArgumentError);
  expect(() => engineOf({ engine: 'auto', provider: 'webgpu' })).toThrow(
    /--provider with --engine onnx alone/,
  );
});
