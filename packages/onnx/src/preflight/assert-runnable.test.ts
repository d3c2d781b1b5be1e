import { hostZeros, UnavailableError } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compile, type StepFunction } from '../compile.ts';
import { webgpu } from '../testing/on-webgpu.ts';

const compileOnGpu = (step: StepFunction) =>
  compile(step, { state: { a: hostZeros('float32', [2, 3]) }, inputs: {}, provider: 'webgpu' });

describe.skipIf(!webgpu.usable)(`a step on WebGPU${webgpu.note}`, () => {
  it('is refused before it runs if operators on floats have no kernel, which are named', async () => {
    const error = await compileOnGpu(({ a }) => ({
      state: { a: tf.add(tf.round(a!), tf.sign(a!)) },
      outputs: {},
    })).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/kernels of webgpu .+ got none for .*Round/),
      fields: { provider: 'webgpu', operators: expect.arrayContaining(['Round', 'Sign']) },
    });
  });

  it('may leave sizes and indices to the CPU', async () => {
    const program = await compileOnGpu(({ a }) => ({
      state: { a: tf.add(a!, 1) },
      outputs: { largest: tf.argMax(a!, 1) },
    }));
    const { largest } = await program.run({});
    expect([...largest!.data]).toEqual([0, 0]);
    await program.release();
  });
});
