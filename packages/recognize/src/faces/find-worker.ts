import { parentPort, workerData } from 'node:worker_threads';
import { loadMtcnn } from '@hm/align';
import { HmError } from '@hm/tensor/host';
import { decode } from './decode.node.ts';
import type { FinderData, FinderReply, FinderRequest } from './face-finder.node.ts';
import { findFaces } from './find-faces.ts';

const { template, border } = workerData as FinderData;
const port = parentPort!;
const loading = loadMtcnn();

port.on('message', async (request: FinderRequest) => port.postMessage(await reply(request)));

async function reply({ id, source, name }: FinderRequest): Promise<FinderReply> {
  try {
    return { id, found: await findFaces(await loading, await decode(source, name), template, border) };
  } catch (error) {
    if (HmError.isInstance(error) && typeof error.fields.reason === 'string')
      return { id, undecodable: error.fields.reason };
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}
