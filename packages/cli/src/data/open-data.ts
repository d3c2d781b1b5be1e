import type { OpenedDataset } from '@hm/datasets';
import { excludedNames } from '../excluded-names.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { DataFormOptions } from './data-options.ts';

/** What is typed about a data set, and about whom to leave out of it. */
export interface OpenDataOptions extends DataFormOptions {
  exclude?: string;
  allowUnknownExclude?: boolean;
  minImages?: number;
}

/** Opens a data set in whatever form it has, without the identities that `--exclude` names. */
export async function openData(path: string, options: OpenDataOptions = {}): Promise<OpenedDataset> {
  const { exclude, allowUnknownExclude, minImages, form, split, imageColumn, labelColumn } = options;
  const { openDataset } = await import('@hm/datasets');
  const left = await excludedNames(exclude, allowUnknownExclude);
  return openDataset(path, withoutUndefined({ ...left, minImages, form, split, imageColumn, labelColumn }));
}
