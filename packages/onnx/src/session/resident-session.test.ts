import { hostTensor, hostZeros, InvalidArgumentError } from '@hm/tensor/host';
import { describe, expect, it } from 'vitest';
import { Graph, type GraphValue } from '../graph.ts';
import { createResidentSession, createSession } from '../session.ts';
import { webgpu } from '../testing/on-webgpu.ts';

const SIZE = 2 ** 18;

/** `next = state + by`, `sum` of it, and the integer `count` unchanged. */
function counter(): Uint8Array {
  const graph = new Graph();
  const next = graph.add('Add', ['state', 'by']);
  const sum = graph.add('ReduceSum', [next, graph.integers(0)], { attributes: { keepdims: 0 } });
  graph.publish(next, 'next');
  graph.publish(sum, 'sum');
  graph.publish('count', 'counted');
  const value = (name: string, dtype: GraphValue['dtype'], shape: number[]) => ({ name, dtype, shape });
  return graph.encode(
    [value('state', 'float32', [SIZE]), value('by', 'float32', [1]), value('count', 'int32', [2])],
    [value('next', 'float32', [SIZE]), value('sum', 'float32', []), value('counted', 'int32', [2])],
  );
}

const resident = ['next', 'counted'];
const by = hostTensor('float32', [1], Float32Array.of(1));
const state = hostZeros('float32', [SIZE]);
const count = hostTensor('int32', [2], Int32Array.of(3, -4));
const open = () => createResidentSession(counter(), { provider: 'webgpu', resident });

describe.skipIf(!webgpu.usable)(`a session whose outputs stay on the device${webgpu.note}`, () => {
  it('feeds them again, and copies them when they are asked for', async () => {
    const session = await open();
    const first = await session.run({ state, by, count });
    expect(Object.keys(first.resident)).toEqual(resident);
    expect(first.resident.next).toMatchObject({ dtype: 'float32', shape: [SIZE], location: 'gpu-buffer' });
    const second = await session.run({ state: first.resident.next!, by, count: first.resident.counted! });
    expect(second.outputs).toEqual({ sum: hostTensor('float32', [], Float32Array.of(2 * SIZE)) });
    const read = await session.read(second.resident);
    expect(read.counted).toEqual(count);
    expect((read.next!.data as Float32Array).every((value) => value === 2)).toBe(true);
    // What was fed is still there.
    const again = await session.read({ next: first.resident.next! });
    expect((again.next!.data as Float32Array).every((value) => value === 1)).toBe(true);
    await session.release();
  });

  it('feeds them to another session', async () => {
    const [one, other] = [await open(), await open()];
    const { resident: left } = await one.run({ state, by, count });
    const { outputs } = await other.run({ state: left.next!, by, count: left.counted! });
    expect(outputs.sum!.data[0]).toBe(2 * SIZE);
    await other.release();
    await one.release();
  });

  it('refuses a tensor that is disposed, and lives through the disposal of what it left', async () => {
    const session = await open();
    const { resident: left } = await session.run({ state, by, count });
    left.next!.dispose();
    left.next!.dispose();
    await expect(session.run({ state: left.next!, by, count })).rejects.toThrow(
      /float32 \[\d+\] that is disposed/,
    );
    await session.release();
    left.counted!.dispose();
    await expect(session.run({ state, by, count })).rejects.toThrow(InvalidArgumentError);
  });

  it('takes no memory from step to step', async () => {
    const session = await open();
    let { resident: left } = await session.run({ state, by, count });
    const step = async () => {
      const { resident: next } = await session.run({ state: left.next!, by, count: left.counted! });
      for (const tensor of Object.values(left)) tensor.dispose();
      left = next;
    };
    for (let i = 0; i < 20; i++) await step();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 200; i++) await step();
    // A leak of one state a step would be 200 MiB: a GPU in software has its memory in this process.
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 2 ** 20);
    await session.release();
  });
});

it('is refused with a provider that cannot keep outputs', async () => {
  const promise = createResidentSession(counter(), { resident });
  await expect(promise).rejects.toThrow(/expected a provider that can keep outputs: webgpu, got cpu/);
});

it.each([
  ['cpu', 0],
  ['webgpu', 1],
  ['cuda', -1],
  ['dml', 0.5],
] as const)('a device number is refused: %s %d', async (provider, deviceId) => {
  const promise = createSession(counter(), { provider, deviceId });
  await expect(promise).rejects.toThrow(InvalidArgumentError);
});
