import '@tensorflow/tfjs-backend-cpu';
import { type HostTensor, hostTensor, InvalidArgumentError } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { webgpu } from '../testing/on-webgpu.ts';

const one = (value: number) => hostTensor('float32', [1], Float32Array.of(value));
const by = one(1);

const providers = [
  { name: 'cpu', provider: 'cpu' as const, usable: true },
  { name: `webgpu${webgpu.note}`, provider: 'webgpu' as const, usable: webgpu.usable },
];

describe.each(providers)('calls of a program that overlap, on $name', ({ provider, usable }) => {
  const counter = () =>
    compile(
      ({ count }, { by: added }) => {
        const next = tf.add(count!, added!);
        return { state: { count: next }, outputs: { seen: tf.mul(next, 1) } };
      },
      { state: { count: one(0) }, inputs: { by: { shape: [1] } }, provider, threads: 1 },
    );
  const seen = ({ seen: value }: Record<string, HostTensor>) => value!.data[0];

  it.skipIf(!usable)('are made one after the other', async () => {
    const program = await counter();
    const results = await Promise.all([1, 2, 3].map(() => program.run({ by })));
    expect(results.map(seen)).toEqual([1, 2, 3]);
    const [, first, , second, state] = await Promise.all([
      program.writeState({ count: one(10) }),
      program.run({ by }),
      program.writeState({ count: one(20) }),
      program.run({ by }),
      program.readState(),
    ]);
    expect([seen(first), seen(second)]).toEqual([11, 21]);
    expect(state).toEqual({ count: one(21) });
    await program.release();
  });

  it.skipIf(!usable)('go on behind one that fails', async () => {
    const program = await counter();
    const failed = expect(program.run({})).rejects.toThrow(InvalidArgumentError);
    const refused = expect(program.writeState({})).rejects.toThrow(InvalidArgumentError);
    expect(seen(await program.run({ by }))).toBe(1);
    await Promise.all([failed, refused]);
    await program.release();
  });
});
