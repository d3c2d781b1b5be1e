import { resolve } from 'node:path';
import { checkArguments } from '@hm/tensor/host';
import { casiaLfwOverlap } from './casia-lfw-overlap.ts';
import { readNameList } from './name-list.ts';

/** The options of `openDataset` and its kind that leave people out. */
export interface Exclusion {
  exclude: readonly string[];
  /** Names need not all be there. Default: they must. */
  allowUnknownExclude?: true;
}

/**
 * The people that one word leaves out: a file with a name on each line, all of whom must be there, or `casia-lfw`, those of
 * CASIA-WebFace who are in LFW, of whom published variants have left out some already.
 *
 * @param root folder that a relative path begins at. Default: the working directory.
 * @throws {InvalidDataError} if the file cannot be read.
 * @example
 * const data = await openDataset('CASIA-WebFace', await readExclusion('casia-lfw'));
 */
export async function readExclusion(given: string, root = '.'): Promise<Exclusion> {
  checkArguments('readExclusion', { given, root }, { given: 'string', root: 'string' });
  if (given === 'casia-lfw') return { exclude: casiaLfwOverlap, allowUnknownExclude: true };
  return { exclude: await readNameList(resolve(root, given)) };
}
