import type { Dataset } from '@hm/datasets';
import type { EmbeddedDataset, Recognizer } from '@hm/recognize';
import { type OpenModelOptions, openModel } from '../open-model.ts';
import { progress } from '../output/progress.ts';

/** Options of commands that embed data sets. */
export interface DataModelOptions extends OpenModelOptions {
  model?: string;
}

/** Opens a model, calls `use` with it, and releases it. */
export async function withModel<T>(
  where: string,
  { model, ...options }: DataModelOptions,
  use: (recognizer: Recognizer) => Promise<T>,
): Promise<T> {
  const recognizer = await openModel(where, model, options);
  try {
    return await use(recognizer);
  } finally {
    await recognizer.release();
  }
}

/** Embeds the face of every image of a data set, with a progress bar. */
export async function embedData(recognizer: Recognizer, data: Dataset): Promise<EmbeddedDataset> {
  const { embedDataset } = await import('@hm/recognize');
  const line = progress('embedding');
  try {
    return await embedDataset(recognizer, data, { onProgress: (done, total) => line.update(done, total) });
  } finally {
    line.stop();
  }
}
