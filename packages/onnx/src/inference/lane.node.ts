import { availableParallelism } from 'node:os';
import type { HostTensor } from '@hm/tensor/host';
import { builtWorker, WorkerThread } from '@hm/tensor/workers';

type HostTensors = Record<string, HostTensor>;

/** A copy of a network in a thread of its own. */
export interface Lane {
  /** Runs it; the memory of the feeds goes to the thread. */
  run(feeds: HostTensors): Promise<HostTensors>;
  release(): Promise<void>;
}

/** What a lane's thread is asked: to load the network, answered by nothing, then to run it. */
export type LaneRequest = { model: Uint8Array<ArrayBuffer> } | { feeds: HostTensors };

/** Every lane holds the network: with more threads there is one, and they share each operator. */
const MOST_LANES = 4;

/** How many lanes take so many threads, or all that there are: one for each, or one for all of them. */
export function lanesFor(threads = availableParallelism()): number {
  return threads <= MOST_LANES ? threads : 1;
}

/** Loads a network for one thread in a thread of its own; undefined where that cannot be had. */
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
