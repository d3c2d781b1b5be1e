import { HmError } from '@hm/tensor/host';
import sharp from 'sharp';
import { encode as encodeImage } from './encode-job.ts';
import { inspect as inspectImage } from './inspect-job.ts';
import { read as readImage } from './read-job.ts';

/** Answer to the main thread. Errors are sent as text, because they would lose their members. */
export type JobAnswer<Result> = { result: Result } | { reason: string };

// One image is little work, and there are as many workers as cores.
sharp.concurrency(1);
sharp.cache(false);

export const encode = answering(encodeImage);
export const inspect = answering(inspectImage);
export const read = answering(readImage);

/** Answers a bad image with the reason; any other error is a fault and is rethrown. */
function answering<Task, Result>(job: (task: Task) => Promise<Result>) {
  return async (task: Task): Promise<JobAnswer<Result>> => {
    try {
      return { result: await job(task) };
    } catch (error) {
      if (!HmError.isInstance(error) || error.code !== 'invalid-data') throw error;
      return { reason: String(error.fields.reason ?? error.message) };
    }
  };
}
