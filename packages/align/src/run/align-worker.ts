import { workerData } from 'node:worker_threads';
import { serveRequests } from '@hm/tensor/workers';
import sharp from 'sharp';
import { loadMtcnn } from '../detect/load-mtcnn.ts';
import { alignPhotograph, type Photograph } from './align-photograph.ts';
import type { WorkerData } from './worker-pool.ts';

const { models, detection, settings } = workerData as WorkerData;
/** libvips would start its own threads in every worker, but the images are small and there are many workers. */
sharp.concurrency(1);
const loading = loadMtcnn({ models, ...detection });

serveRequests(
  async (photograph: Photograph) => alignPhotograph(await loading, photograph, settings),
  async () => (await loading).release(),
);
