import { join } from 'node:path';
import type { EmbeddedPhotographs, Recognizer } from '@hm/recognize';
import { progress } from './output/progress.ts';

/** Embeds every photograph below a folder, with a progress bar. The ids are paths relative to the folder. */
export async function embedFolder(recognizer: Recognizer, folder: string): Promise<EmbeddedPhotographs> {
  const { listImages } = await import('@hm/images');
  const { images: names } = await listImages(folder);
  const paths = names.map((name) => join(folder, name));
  const nameOf = new Map(paths.map((path, index) => [path, names[index]!]));
  const line = progress('embedding');
  try {
    const { ids, missing, ...rest } = await recognizer.embed(paths, {
      onProgress: (done, total) => line.update(done, total),
    });
    return {
      ...rest,
      ids: ids.map((id) => nameOf.get(id)!),
      missing: missing.map(({ path, reason }) => ({ path: nameOf.get(path)!, reason })),
    };
  } finally {
    line.stop();
  }
}
