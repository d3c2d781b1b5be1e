import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from './errors.ts';
import { fromTensor, fromTensors, readTensor, toTensor, toTensors } from './host-conversion.ts';
import { hostTensor, hostZeros } from './host-tensor.ts';
import { expectNoLeak } from './testing.ts';

const hosts = {
  a: hostTensor('float32', [2, 2], new Float32Array([1, -2, 3.5, 0])),
  b: hostTensor('int32', [3], new Int32Array([1, -2, 2 ** 30])),
  c: hostTensor('bool', [2], new Uint8Array([1, 0])),
  d: hostTensor('float32', [], new Float32Array([7])),
};

describe('toTensor and fromTensor', () => {
  it('keep shape, dtype and values', async () => {
    const tensors = toTensors(hosts);
    expect(fromTensors(tensors)).toEqual(hosts);
    expect(await readTensor(tensors.b!)).toEqual(hosts.b);
    expect(tensors.c!.dtype).toBe('bool');
    tf.dispose(tensors);
  });

  it('share memory on the cpu backend', () => {
    const tensor = toTensor(hosts.a);
    expect(fromTensor(tensor).data).toBe(hosts.a.data);
    tensor.dispose();
  });

  it('turn bytes into int32', () => {
    const tensor = toTensor(hostTensor('uint8', [2], new Uint8Array([0, 255])));
    expect(fromTensor(tensor)).toEqual(hostTensor('int32', [2], new Int32Array([0, 255])));
    tensor.dispose();
  });

  it('refuse what tfjs has no dtype for, and strings', () => {
    expect(() => toTensor(hostZeros('int64', [1]))).toThrow(InvalidArgumentError);
    expect(() => toTensor(hostZeros('float16', [1]))).toThrow(/float32, int32 or bool values, got float16/);
    expect(() => fromTensor(tf.tensor1d(['a']))).toThrow(InvalidArgumentError);
  });

  it('leave no tensor behind', () => {
    expectNoLeak(() => Object.values(toTensors(hosts)));
  });
});
