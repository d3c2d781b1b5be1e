import type { Exclusion, OpenedDataset } from '@hm/datasets';
import { withoutUndefined } from '../options/without-undefined.ts';
import type { DataFormOptions } from './data-options.ts';

/** Options that describe a data set and the people to leave out. */
export interface OpenDataOptions extends DataFormOptions {
  exclude?: string;
  allowUnknownExclude?: boolean;
  minImages?: number;
}

/** Opens a data set in any format, without the identities that `--exclude` names. */
export async function openData(path: string, options: OpenDataOptions = {}): Promise<OpenedDataset> {
  const { exclude, allowUnknownExclude, minImages, form, split, imageColumn, labelColumn } = options;
  const { openDataset } = await import('@hm/datasets');
  const left = await excludedNames(exclude, allowUnknownExclude);
  return openDataset(path, withoutUndefined({ ...left, minImages, form, split, imageColumn, labelColumn }));
}

/** Reads the names of `--exclude`. Those of a file must all be in the data set, unless `allowUnknown` is true. */
export async function excludedNames(
  given: string | undefined,
  allowUnknown = false,
): Promise<Partial<Exclusion>> {
  if (given === undefined) return {};
  const { readExclusion } = await import('@hm/datasets');
  return { ...(await readExclusion(given)), ...(allowUnknown && { allowUnknownExclude: true }) };
}
