import { basename, resolve } from 'node:path';
import { InvalidDataError } from '@hm/tensor/host';

const spellings: Record<string, string> = {
  train: 'train',
  training: 'train',
  test: 'test',
  testing: 'test',
  eval: 'test',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
};

/** Returns the split that a word names, such as `validation` for `val`, or the word itself if it names none. */
export const splitNamed = (word: string): string =>
  spellings[word.trim().toLowerCase()] ?? word.trim().toLowerCase();

/** Returns the split that a file or folder name mentions, such as `train` for `train-00000-of-00002.parquet`. */
export function splitOf(name: string): string | undefined {
  const words = name.toLowerCase().split(/[^a-z]+/);
  const word = words.find((candidate) => Object.hasOwn(spellings, candidate));
  return word === undefined ? undefined : spellings[word];
}

/** True if a name is that of a split and nothing else, as folders of splits are named. */
export const isSplitName = (name: string): boolean => Object.hasOwn(spellings, name.toLowerCase());

/**
 * Picks the names of one split: test images must not be trained on because they lie in the same folder.
 *
 * @param path Path of the folder, for the error.
 * @throws {InvalidDataError} if there are several splits and none is wanted, or if the wanted one is missing.
 */
export function ofOneSplit(path: string, names: readonly string[], wanted: string | undefined): string[] {
  const splits = new Map<string | undefined, string[]>();
  for (const name of names) splits.set(splitOf(name), [...(splits.get(splitOf(name)) ?? []), name]);
  if (wanted !== undefined && splits.has(splitNamed(wanted))) return splits.get(splitNamed(wanted))!;
  const known = [...splits.keys()].filter((split) => split !== undefined);
  if (wanted === undefined && known.length < 2) return [...names];
  const seen = [...splits].map(
    ([split, { length, 0: first }]) => `${split ?? 'others'} (${length}, ${first} …)`,
  );
  throw new InvalidDataError({
    where: path,
    expected: wanted === undefined ? 'one split' : `the split ${wanted}`,
    received: known.length === 0 ? 'names that speak of no split' : seen.join(' and '),
    fix:
      known.length === 0
        ? 'Leave out `split`.'
        : `Pass one as \`split\`, such as ${known.includes('train') ? 'train' : known[0]}.`,
    fields: { path, offset: 0, splits: known, reason: 'several splits', option: 'split', split: known[0] },
  });
}

/**
 * Returns the path of a folder without splits inside, which is of the wanted split only if its own name says so.
 *
 * @throws {InvalidDataError} if it is not.
 */
export function ofSplit(path: string, wanted: string | undefined): string {
  if (wanted !== undefined) ofOneSplit(path, [basename(resolve(path))], wanted);
  return path;
}
