import type { OpenDatasetOptions, OpenedDataset } from '@hm/datasets';

/** Opens a data set in whatever form it has, without the identities that a file names, one a line. */
export async function openData(path: string, exclude?: string): Promise<OpenedDataset> {
  const { openDataset, readNameList } = await import('@hm/datasets');
  const options: OpenDatasetOptions = exclude === undefined ? {} : { exclude: await readNameList(exclude) };
  return openDataset(path, options);
}
