import { availableParallelism } from 'node:os';
import type { HostTensor } from '@hm/tensor/host';
import { builtWorker, WorkerThread } from '@hm/tensor/workers';

type HostTensors = Record<string, HostTensor>;

/** A copy of a network in its own thread. */
export interface Lane {
  /** Runs the network; the memory of the feeds is transferred to the thread. */
  run(feeds: HostTensors): Promise<HostTensors>;
  release(): Promise<void>;
}

/** Request to a lane's thread: to load the network, which has an empty answer, then to run it. */
export type LaneRequest = { model: Uint8Array<ArrayBuffer> } | { feeds: HostTensors };

/**
 * Maximum number of lanes, as every lane holds the network. With more threads there is one lane, and they share each
 * operator.
 */
const MOST_LANES = 4;

/**
 * Returns the number of lanes for `threads` threads, or for all available ones: one for each thread, or one for all
 * threads.
 */
export function lanesFor(threads = availableParallelism()): number {
  return threads <= MOST_LANES ? threads : 1;
}

/** Loads a network, for one thread, in its own thread; undefined if that fails. */
export async function startLane(model: Uint8Array): Promise<Lane | undefined> {
  const thread = new WorkerThread<LaneRequest, HostTensors>(builtWorker(import.meta.url, './lane-worker'), {
    where: 'createSession',
    fix: 'Load the network again.',
  });
  const copy = model.slice();
  try {
    await thread.ask({ model: copy }, [copy.buffer]);
  } catch {
    await thread.close();
    return;
  }
  return {
    run: (feeds) =>
      thread.ask(
        { feeds },
        Object.values(feeds).map(({ data }) => data.buffer as ArrayBuffer),
      ),
    release: () => thread.close(),
  };
}
