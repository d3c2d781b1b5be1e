import { workerData } from 'node:worker_threads';
import { loadMtcnn } from '@hm/align';
import { serveRequests } from '@hm/tensor/workers';
import { decode } from './decode.node.ts';
import type { FinderData, FinderRequest } from './face-finder.node.ts';
import { findFaces } from './find-faces.ts';

const { template, border } = workerData as FinderData;
const loading = loadMtcnn();

serveRequests(
  async ({ source, name }: FinderRequest) =>
    findFaces(await loading, await decode(source, name), template, border),
  async () => (await loading).release(),
);
