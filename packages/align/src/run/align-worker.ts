import { parentPort, workerData } from 'node:worker_threads';
import { HmError } from '@hm/tensor/host';
import sharp from 'sharp';
import { loadMtcnn } from '../detect/load-mtcnn.ts';
import { alignPhotograph, type Photograph } from './align-photograph.ts';
import type { WorkerData, WorkerReply, WorkerRequest } from './worker-pool.ts';

const { models, detection, settings } = workerData as WorkerData;
const port = parentPort!;
/** libvips would start threads of its own in every worker; the images are small and there are many. */
sharp.concurrency(1);
const loading = loadMtcnn({ models, ...detection });

port.on('message', async (request: WorkerRequest) => {
  if (request !== 'close') return port.postMessage(await reply(request.id, request.photograph));
  await (await loading).release();
  port.close();
});

async function reply(id: number, photograph: Photograph): Promise<WorkerReply> {
  try {
    return { id, record: await alignPhotograph(await loading, photograph, settings) };
  } catch (error) {
    return { id, failure: { path: photograph.path, ...describe(error) } };
  }
}

function describe(error: unknown): { code?: string; received: string } {
  if (!HmError.isInstance(error)) return { received: error instanceof Error ? error.message : String(error) };
  const { cause } = error;
  return { code: error.code, received: cause instanceof Error ? cause.message : error.message };
}
