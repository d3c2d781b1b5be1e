import { parentPort } from 'node:worker_threads';
import type { Session } from '../session/host-session.ts';
import { loadSession } from '../session/load-session.ts';
import type { LaneReply, LaneRequest } from './lane.node.ts';

const port = parentPort!;
let session: Session;

port.on('message', async (request: LaneRequest) => {
  if (request === 'release') {
    await session.release();
    port.close();
  } else if ('model' in request) {
    session = await loadSession(request.model, { threads: 1 });
    tell('ready');
  } else {
    const { id, feeds } = request;
    const answer = session.run(feeds).then(
      (results) => ({ id, results }),
      (error: Error) => ({ id, failure: error.message }),
    );
    tell(await answer);
  }
});

const tell = (reply: LaneReply): void => port.postMessage(reply);
