import { type HostTensor, hostTensor, hostZeros } from '@hm/tensor/host';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lanesFor, startLane } from '#runtime';
import { Graph } from '../graph.ts';
import { hostSession, type Session } from '../session/host-session.ts';
import { loadSession } from '../session/load-session.ts';
import { loadGraph } from '../session/loaded-graph.ts';
import type { Lane } from './lane.node.ts';
import { Lanes } from './lanes.ts';

/** `y = 2 · x` and the rows' means, and an error where a row has not three values. */
function model(): Uint8Array {
  const graph = new Graph();
  const rows = graph.add('Reshape', ['x', graph.integers(-1, 3)]);
  graph.publish(graph.add('Mul', [rows, graph.constant('float32', [], [2])]), 'y');
  graph.publish(graph.add('ReduceMean', [rows, graph.integers(1)], { attributes: { keepdims: 0 } }), 'mean');
  const value = (name: string, shape: (number | string)[]) => ({ name, dtype: 'float32' as const, shape });
  return graph.encode([value('x', ['N', 'W'])], [value('y', ['N', 3]), value('mean', ['N'])]);
}

const x = (rows: number, width = 3) =>
  hostTensor(
    'float32',
    [rows, width],
    Float32Array.from({ length: rows * width }, (_, k) => k),
  );

/** As a substitute: all runs take the lanes. */
async function inLanes(...others: Lane[]): Promise<Session> {
  const lanes = new Lanes(await loadGraph(model(), { threads: 1 }), 'x', others);
  const whole = await loadGraph(model(), { threads: 1 });
  return hostSession(whole, { graphFor: async () => lanes, release: () => lanes.release() });
}

let plain: Session;
let session: Session;
beforeAll(async () => {
  plain = await loadSession(model(), { threads: 1 });
  session = await inLanes((await startLane(model()))!, (await startLane(model()))!);
});
afterAll(async () => {
  await Promise.all([plain.release(), session.release()]);
});

describe('a network in three lanes', () => {
  test.each([1, 2, 3, 4, 7, 30])('gives for %i images what it gives whole', async (rows) => {
    expect(await session.run({ x: x(rows) })).toEqual(await plain.run({ x: x(rows) }));
  });

  test('takes several batches at once, and leaves them as they are', async () => {
    const batches = [5, 6, 7].map((rows) => x(rows));
    const results = await Promise.all(batches.map((batch) => session.run({ x: batch })));
    expect(results).toEqual(await Promise.all([5, 6, 7].map((rows) => plain.run({ x: x(rows) }))));
    expect(batches).toEqual([5, 6, 7].map((rows) => x(rows)));
  });

  test('writes into memory that is given', async () => {
    const into = { y: hostZeros('float32', [4, 3]) as HostTensor };
    await session.run({ x: x(4) }, into);
    expect(into.y.data).toEqual((await plain.run({ x: x(4) })).y!.data);
  });

  test('tells what the network cannot do as it does whole', async () => {
    await expect(session.run({ x: x(4, 2) })).rejects.toThrow(/the graph to run on cpu/);
    expect((await session.run({ x: x(4) })).mean!.shape).toEqual([4]);
  });

  test('does whole what it cannot do in parts', async () => {
    expect(await session.run({ x: x(3, 2) })).toEqual(await plain.run({ x: x(3, 2) }));
  });
});

test('a lane whose thread is lost costs time alone', async () => {
  const lost = { run: () => Promise.reject(new Error('its thread ended')), release: async () => undefined };
  const alone = await inLanes(lost);
  expect(await alone.run({ x: x(5) })).toEqual(await plain.run({ x: x(5) }));
  await alone.release();
});

test('a lane runs nothing once it is released, and a network that cannot be loaded has none', async () => {
  const lane = (await startLane(model()))!;
  await lane.release();
  await expect(lane.run({ x: x(1) })).rejects.toThrow('it ended with code 0');
  expect(await startLane(Uint8Array.of(1, 2, 3))).toBeUndefined();
});

test('few threads have a lane each, many share one', () => {
  expect([1, 2, 4, 5, 64].map((threads) => lanesFor(threads))).toEqual([1, 2, 4, 1, 1]);
});
