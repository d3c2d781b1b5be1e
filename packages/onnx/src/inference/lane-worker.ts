import type { HostTensor } from '@hm/tensor/host';
import { serveRequests } from '@hm/tensor/workers';
import type { Session } from '../session/host-session.ts';
import { loadSession } from '../session/load-session.ts';
import type { LaneRequest } from './lane.node.ts';

let session: Session | undefined;
let last: Promise<unknown> = Promise.resolve();

serveRequests(inTurn, async () => session?.release());

/** Answers requests one after the other: two runs at once would use two threads. */
function inTurn(request: LaneRequest): Promise<Record<string, HostTensor>> {
  const answered = last.then(() => answer(request));
  last = answered.catch(() => undefined);
  return answered;
}

async function answer(request: LaneRequest): Promise<Record<string, HostTensor>> {
  if ('feeds' in request) return session!.run(request.feeds);
  session = await loadSession(request.model, { threads: 1 });
  return {};
}
