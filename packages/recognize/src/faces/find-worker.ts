import { parentPort, workerData } from 'node:worker_threads';
import { loadMtcnn } from '@hm/align';
import { HmError } from '@hm/tensor/host';
import { decode } from './decode.node.ts';
import type { FinderData, FinderReply, FinderRequest } from './face-finder.node.ts';
import { findFaces } from './find-faces.ts';

const { template, border } = workerData as FinderData;
const port = parentPort!;
const loading = loadMtcnn();

const underway = new Set<Promise<void>>();

port.on('message', receive);

async function receive(request: FinderRequest): Promise<void> {
  if (request === 'close') return close();
  const answered = reply(request).then((answer) => port.postMessage(answer));
  underway.add(answered);
  await answered.finally(() => underway.delete(answered));
}

async function close(): Promise<void> {
  await Promise.allSettled(underway);
  await (await loading).release();
  // Deno's port has no `close`; without a listener the thread ends in every runtime.
  port.off('message', receive);
}

async function reply({ id, source, name }: Exclude<FinderRequest, 'close'>): Promise<FinderReply> {
  try {
    return { id, found: await findFaces(await loading, await decode(source, name), template, border) };
  } catch (error) {
    if (HmError.isInstance(error) && typeof error.fields.reason === 'string')
      return { id, undecodable: error.fields.reason };
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}
