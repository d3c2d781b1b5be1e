import type { OpenedDataset } from '@hm/datasets';
import { withoutUndefined } from '../without-undefined.ts';
import type { DataFormOptions } from './data-options.ts';

/** Options that describe a data set, and whom to leave out of it. */
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

/** Options that leave identities out when a data set is opened. */
interface Exclusion {
  exclude?: readonly string[];
  allowUnknownExclude?: true;
}

/**
 * What `--exclude` names: a file with a name on each line, or `casia-lfw`, the people of CASIA-WebFace who are in LFW, of
 * whom published variants have left out some already. All of a file must be there, unless `allowUnknown` says otherwise.
 */
export async function excludedNames(given: string | undefined, allowUnknown?: boolean): Promise<Exclusion> {
  if (given === undefined) return {};
  const { casiaLfwOverlap, readNameList } = await import('@hm/datasets');
  if (given === 'casia-lfw') return { exclude: casiaLfwOverlap, allowUnknownExclude: true };
  return { exclude: await readNameList(given), ...(allowUnknown === true && { allowUnknownExclude: true }) };
}
