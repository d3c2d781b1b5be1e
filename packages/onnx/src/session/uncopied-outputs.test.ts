import { hostTensor, hostZeros } from '@hm/tensor/host';
import { expect, test } from 'vitest';
import { Graph } from '../graph.ts';
import { loadSession } from './load-session.ts';

/** `double` and `same` of `x`. */
function model(): Uint8Array {
  const graph = new Graph();
  const value = (name: string) => ({ name, dtype: 'float32' as const, shape: [3] });
  graph.publish(graph.add('Add', ['x', 'x']), 'double');
  graph.publish(graph.add('Identity', ['x']), 'same');
  return graph.encode([value('x')], [value('double'), value('same')]);
}
const x = hostTensor('float32', [3], Float32Array.of(1, 2, 3));

test('a graph that takes its outputs gives back the memory itself, and makes some where none is given', async () => {
  const session = await loadSession(model(), {}, { takesOutputs: true });
  expect(session.outputs.map(({ name }) => name)).toEqual(['double', 'same']);
  const double = hostZeros('float32', [3]);
  for (let round = 0; round < 2; round++) {
    double.data.fill(0);
    const outputs = await session.run({ x }, { double });
    expect(outputs.double!.data).toBe(double.data);
    expect([...double.data]).toEqual([2, 4, 6]);
    expect([...outputs.same!.data]).toEqual([1, 2, 3]);
  }
  await session.release();
});

test('what really goes wrong in it is told', async () => {
  const session = await loadSession(model(), {}, { takesOutputs: true });
  const longer = hostTensor('float32', [4], Float32Array.of(1, 2, 3, 4));
  await expect(session.run({ x }, { double: longer })).rejects.toThrow(
    /the graph to run on cpu, got .*dimensions for output: double/,
  );
  await session.release();
});
