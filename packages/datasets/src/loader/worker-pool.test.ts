import { expect, test } from 'vitest';
import type { FillTask } from './fill-batch.ts';
import { defaultPreprocessing } from './preprocessing.ts';
import { WorkerPool } from './worker-pool.ts';

const task = (): FillTask => ({
  items: [],
  images: new Float32Array(3),
  preprocessing: defaultPreprocessing,
  augment: {},
  seed: 0,
  epoch: 0,
  keepGoing: false,
});

test('the buffer goes to the worker and comes back', async () => {
  const pool = new WorkerPool(1);
  const { images } = task();
  const buffer = images.buffer;
  const running = pool.run(0, 1, { ...task(), images });
  expect(buffer.byteLength).toBe(0);
  expect((await running).images).toEqual(new Float32Array(3));
  await pool.close();
});

test('a worker that dies fails its tasks and those that come later', async () => {
  const pool = new WorkerPool(1);
  // A buffer when the task is posted and a word when it is copied, which the worker cannot hand back.
  const answers = [new ArrayBuffer(4), 'no buffer'];
  const images = Object.defineProperty({}, 'buffer', { get: () => answers.shift(), enumerable: true });
  const broken = { ...task(), images } as unknown as FillTask;
  const [first, second] = [pool.run(0, 1, broken), pool.run(0, 1, task())];
  for (const promise of [first, second]) await expect(promise).rejects.toMatchObject({ code: 'unavailable' });
  await expect(pool.run(0, 1, task())).rejects.toMatchObject({ code: 'unavailable' });
  await pool.close();
});

test('closing rejects what waits', async () => {
  const pool = new WorkerPool(1);
  const waiting = expect(pool.run(0, 1, task())).rejects.toThrow('one that was closed');
  await pool.close();
  await waiting;
});
