import type { DatasetReport, InspectOptions } from '@hm/datasets';
import { progress } from '../progress.ts';
import type { DataFormOptions } from './data-options.ts';
import { openData } from './open-data.ts';

/** Looks into a data set, showing how far it is. */
export async function inspectData(
  path: string,
  options: InspectOptions,
  form: DataFormOptions,
): Promise<DatasetReport> {
  const { inspectDataset } = await import('@hm/datasets');
  const line = progress('reading');
  try {
    const onProgress = (done: number, total: number) => line.update(done, total);
    return await inspectDataset(await openData(path, form), { ...options, onProgress });
  } finally {
    line.stop();
  }
}
