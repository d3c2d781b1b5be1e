import { parentPort } from 'node:worker_threads';
import { checkArguments } from '../check-options.ts';
import { InvalidArgumentError } from '../errors.ts';
import { toPortable } from './portable-error.ts';
import type { Reply, Sent } from './worker-thread.ts';

/**
 * In a worker thread's file: answers what a {@link WorkerThread} asks. Requests are begun as they come, the next before the
 * last is answered; an error is the asker's. When the thread is closed, what was begun is finished first.
 *
 * @throws {InvalidArgumentError} if this is no worker thread.
 * @param release gives back what the thread holds, such as a network; until it has, the thread runs.
 * @example
 * const loading = loadMtcnn();
 * serveRequests(
 *   async (image: RgbImage) => (await loading).detect(image),
 *   async () => (await loading).release(),
 * );
 */
export function serveRequests<Request, Answer>(
  answer: (request: Request) => Promise<Answer>,
  release: () => Promise<void>,
): void {
  checkArguments('serveRequests', { answer, release }, { answer: 'function', release: 'function' });
  if (parentPort === null) throw noWorker();
  const port = parentPort;
  const underway = new Set<Promise<void>>();
  port.on('message', receive);

  function receive(sent: Sent<Request>): void {
    if (sent === 'close') {
      void end();
      return;
    }
    const answered = reply(sent).then((message) => port.postMessage(message));
    underway.add(answered);
    void answered.finally(() => underway.delete(answered));
  }

  async function reply({ id, request }: Exclude<Sent<Request>, 'close'>): Promise<Reply<Answer>> {
    try {
      return { id, answer: await answer(request) };
    } catch (error) {
      return { id, error: toPortable(error) };
    }
  }

  async function end(): Promise<void> {
    await Promise.allSettled(underway);
    await release();
    // Deno's port has no `close`; without a listener the thread ends in every runtime.
    port.off('message', receive);
  }
}

const noWorker = () =>
  new InvalidArgumentError({
    where: 'serveRequests',
    expected: 'to be called in a worker thread',
    received: 'the main thread',
    fix: 'Start its file with `new WorkerThread(file, options)`.',
  });
