import { hostTensor } from '@hm/tensor/host';
import { BLOCKED_DOMAIN, Graph } from './graph.ts';
import { loadSession } from './session/load-session.ts';

let probed: Promise<number> | undefined;

/**
 * Returns the number of channels in a block of ONNX Runtime's blocked convolutions on this CPU (16 with AVX-512, 8
 * without), or 0 if this build has none. It is found by reordering an image and looking where its second pixel went.
 */
export function blockSize(): Promise<number> {
  probed ??= probe();
  return probed;
}

async function probe(): Promise<number> {
  const channels = 64;
  const shape = [1, channels, 1, 2];
  const graph = new Graph();
  const input = { name: 'x', dtype: 'float32' as const, shape };
  graph.publish(
    graph.add('ReorderInput', ['x'], { domain: BLOCKED_DOMAIN, attributes: { channels_last: 0 } }),
    'y',
  );
  try {
    const session = await loadSession(graph.encode([input], [{ ...input, name: 'y' }]), { threads: 1 });
    const values = Float32Array.from({ length: 2 * channels }, (_, index) => index % 2);
    const { y } = await session.run({ x: hostTensor('float32', shape, values) });
    await session.release();
    const second = (y!.data as Float32Array).indexOf(1);
    return second === 8 || second === 16 ? second : 0;
  } catch {
    return 0;
  }
}
