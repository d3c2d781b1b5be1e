import { parentPort } from 'node:worker_threads';
import type { Session } from '../session/host-session.ts';
import { loadSession } from '../session/load-session.ts';
import type { LaneReply, LaneRequest } from './lane.node.ts';

const port = parentPort!;
let session: Session;
let last: Promise<void> = Promise.resolve();

port.on('message', receive);

/** One after the other. */
function receive(request: LaneRequest): void {
  last = last.then(() => answer(request));
}

async function answer(request: LaneRequest): Promise<void> {
  if (request === 'release') {
    await session.release();
    // Deno's port has no `close`; without a listener the thread ends in every runtime.
    port.off('message', receive);
  } else if ('model' in request) {
    session = await loadSession(request.model, { threads: 1 });
    tell('ready');
  } else {
    const { id, feeds } = request;
    await session.run(feeds).then(
      (results) => tell({ id, results }),
      (error: Error) => tell({ id, failure: error.message }),
    );
  }
}

const tell = (reply: LaneReply): void => port.postMessage(reply);
