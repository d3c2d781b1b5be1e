import type { OpenedDataset } from '@hm/datasets';
import { excludedNames } from '../excluded-names.ts';

/** Opens a data set in whatever form it has, without the identities that `--exclude` names. */
export async function openData(path: string, exclude?: string): Promise<OpenedDataset> {
  const { openDataset } = await import('@hm/datasets');
  return openDataset(path, await excludedNames(exclude));
}
