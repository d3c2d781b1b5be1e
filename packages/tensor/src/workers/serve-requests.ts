import { parentPort } from 'node:worker_threads';
import { checkArguments } from '../check/check-options.ts';
import { InvalidArgumentError } from '../errors.ts';
import { toPortable } from './portable-error.ts';
import type { Reply, Sent } from './worker-thread.ts';

/**
 * Answers the requests of a {@link WorkerThread}, from within the thread's file. Requests are started as they arrive,
 * before earlier ones are answered. Errors are passed to the caller. When the thread is closed, it finishes the
 * requests that it has started.
 *
 * @param release frees what the thread holds, such as a network; the thread runs until that is done.
 * @throws {InvalidArgumentError} if this is not a worker thread.
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
    const answered = reply(sent);
    underway.add(answered);
    void answered.finally(() => underway.delete(answered));
  }

  /** An answer that cannot be sent is an error too. */
  async function reply({ id, request }: Exclude<Sent<Request>, 'close'>): Promise<void> {
    try {
      send({ id, answer: await answer(request) });
    } catch (error) {
      send({ id, error: toPortable(error) });
    }
  }

  function send(message: Reply<Answer>): void {
    port.postMessage(message);
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
