import { type MessagePort, parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import { fillBatch } from './fill-batch.ts';
import type { ToWorker } from './worker-messages.ts';

// One image is little work: a second thread inside libvips would only compete with the training step.
sharp.concurrency(1);
sharp.cache(false);

if (parentPort) serve(parentPort);

/** Fills batches one after another in the order of the messages. */
function serve(port: MessagePort): void {
  const canceled = new Set<number>();
  let closing = false;
  let last = Promise.resolve();
  port.on('message', receive);

  function receive(message: ToWorker): void {
    if (message.kind === 'fill') last = last.then(() => fill(message));
    else if (message.kind === 'cancel') canceled.add(message.group);
    else {
      closing = true;
      // Deno's port has no `close`; without a listener the thread ends in every runtime.
      port.off('message', receive);
    }
  }

  async function fill({ id, group, task }: ToWorker & { kind: 'fill' }): Promise<void> {
    const isCanceled = () => closing || canceled.has(group);
    if (isCanceled()) return;
    const result = await fillBatch(task, isCanceled);
    if (!isCanceled()) port.postMessage({ id, result }, [result.images.buffer]);
  }
}
