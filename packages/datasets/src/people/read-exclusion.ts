import { resolve } from 'node:path';
import { checkArguments } from '@hm/tensor/host';
import { casiaLfwOverlap } from './casia-lfw-overlap.ts';
import { readNameList } from './name-list.ts';

/** Options that leave people out, for `openDataset` and other readers. */
export interface Exclusion {
  exclude: readonly string[];
  /** Names need not all be in the data set. Default: they must. */
  allowUnknownExclude?: true;
}

/**
 * Returns the people to leave out for one option value. That is a file with a name on each line, all of which must be
 * in the data set, or `casia-lfw`: the people of CASIA-WebFace who are in LFW, some of whom published variants have
 * already left out.
 *
 * @param root folder that a relative path starts from. Default: the working directory.
 * @throws {InvalidDataError} if the file cannot be read.
 * @example
 * const data = await openDataset('CASIA-WebFace', await readExclusion('casia-lfw'));
 */
export async function readExclusion(given: string, root = '.'): Promise<Exclusion> {
  checkArguments('readExclusion', { given, root }, { given: 'string', root: 'string' });
  if (given === 'casia-lfw') return { exclude: casiaLfwOverlap, allowUnknownExclude: true };
  return { exclude: await readNameList(resolve(root, given)) };
}
