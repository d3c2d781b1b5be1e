import { UnavailableError } from '@hm/tensor/host';
import { describe, expect, it } from 'vitest';
import { Graph } from '../graph.ts';
import { identityModel } from '../identity-model.ts';
import { webgpu } from '../testing/on-webgpu.ts';
import { placementOf, readPlacement } from './placement.ts';

/** Rounds, which WebGPU cannot, and adds, which it can. */
function rounding(): Uint8Array {
  const graph = new Graph();
  graph.publish(graph.add('Add', [graph.add('Round', ['x']), 'x']), 'y');
  const value = { dtype: 'float32' as const, shape: [2] };
  return graph.encode([{ name: 'x', ...value }], [{ name: 'y', ...value }]);
}

describe('where operators run', () => {
  it('is one provider for all where there is one', async () => {
    expect(await placementOf(rounding(), 'cpu')).toEqual([
      { operator: 'every operator', name: '', provider: 'CPUExecutionProvider' },
    ]);
  });

  it.skipIf(!webgpu.usable)(`is told for each otherwise${webgpu.note}`, async () => {
    const placed = await placementOf(rounding(), 'webgpu');
    const of = (provider: string) =>
      placed!.filter((node) => node.provider === provider && !node.operator.startsWith('Memcpy'));
    expect(of('CPUExecutionProvider')).toMatchObject([{ operator: 'Round', name: 'Round#0' }]);
    expect(of('WebGpuExecutionProvider')).toMatchObject([{ operator: 'Add', name: 'y' }]);
  });

  it('is unknown for a model that cannot be loaded', async () => {
    expect(await placementOf(identityModel().subarray(0, 40), 'cpu')).toBeUndefined();
  });

  it('is an error where the log does not tell', () => {
    expect(() => readPlacement('2026-01-01 [I:onnxruntime:, session.cc:1 Run] Session\n')).toThrow(
      UnavailableError,
    );
  });
});
