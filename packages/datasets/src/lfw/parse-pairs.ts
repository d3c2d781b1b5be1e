import { checkArguments, InvalidDataError, limits } from '@hm/tensor/host';

/** An image of a pair list: the `image`-th (from 1) of a person. */
export interface NamedImage {
  name: string;
  image: number;
}

/** A line of a pair list. */
export interface NamedPair {
  first: NamedImage;
  second: NamedImage;
  same: boolean;
  /** Fold of the pair, from `[0, folds)`. */
  fold: number;
  /** Line of the list, from 1. */
  line: number;
}

/** A parsed pair list, before its images are looked up. */
export interface PairList {
  folds: number;
  /** Number of genuine pairs in each fold, and also of impostor pairs. */
  pairsPerClass: number;
  pairs: readonly NamedPair[];
}

/**
 * Parses LFW's grammar for pair lists. The first line holds the number of folds and the pairs per class (`10 300`), or
 * one number for View 1's single fold. Each fold is that many genuine lines `name n1 n2`, then that many impostor lines
 * `name1 n1 name2 n2`. Fields are separated by tabs, or by spaces in a line without tabs.
 *
 * @param path Name of the list in error messages.
 * @throws {InvalidDataError} that names the line.
 * @example
 * parsePairs('1\nAda\t1\t2\nAda\t1\tGrace\t1\n', 'pairs.txt').pairs.length; // 2
 */
export function parsePairs(text: string, path: string): PairList {
  checkArguments('parsePairs', { text, path }, { text: 'string', path: 'string' });
  const whole = text.replace(/^\uFEFF/, '');
  const { folds, pairsPerClass } = parseHeader(/^.*/.exec(whole)![0].trimEnd(), path);
  const expected = folds * pairsPerClass * 2;
  if (expected > limits.pairs) throw invalid(path, 1, `at most ${limits.pairs} pairs`, `${expected}`);
  const lines = whole.split(/\r?\n/);
  while (lines.at(-1)?.trim() === '') lines.pop();
  if (lines.length - 1 !== expected) {
    throw invalid(
      path,
      lines.length,
      `${expected} pairs, as its first line says`,
      `${lines.length - 1} lines`,
    );
  }
  const pairs = lines.slice(1).map((line, index) => {
    const fold = Math.floor(index / (2 * pairsPerClass));
    const same = index % (2 * pairsPerClass) < pairsPerClass;
    return { ...parsePair(line, same, path, index + 2), same, fold, line: index + 2 };
  });
  return { folds, pairsPerClass, pairs };
}

function parseHeader(line: string, path: string): { folds: number; pairsPerClass: number } {
  const counts = fieldsOf(line).map(positive);
  const [first, second] = counts;
  if (counts.length === 1 && first) return { folds: 1, pairsPerClass: first };
  if (counts.length === 2 && first && second) return { folds: first, pairsPerClass: second };
  throw invalid(path, 1, "the number of folds and of pairs ('10 300'), or one number of pairs", line);
}

function parsePair(line: string, same: boolean, path: string, number: number) {
  const fields = fieldsOf(line);
  const [name, image, ...rest] = fields;
  const other = same ? [name, rest[0]] : rest;
  const first = namedImage(name, image);
  const second = namedImage(other[0], other[1]);
  if (fields.length === (same ? 3 : 4) && first && second) return { first, second };
  throw invalid(
    path,
    number,
    same ? "a genuine pair 'name n1 n2'" : "an impostor pair 'name1 n1 name2 n2'",
    line,
  );
}

/** Parses an image's name and number. Names become folders, so one that could leave the root is rejected. */
function namedImage(name: string | undefined, image: string | undefined): NamedImage | undefined {
  const number = positive(image ?? '');
  if (!name || !number || name === '.' || name === '..' || /[\\/\0]/.test(name)) return undefined;
  return { name, image: number };
}

const fieldsOf = (line: string): string[] =>
  line.includes('\t') ? line.split('\t').map((field) => field.trim()) : line.trim().split(/\s+/);

const positive = (text: string): number | undefined =>
  /^0*[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;

const invalid = (path: string, line: number, expected: string, received: string) =>
  new InvalidDataError({
    where: `${path}:${line}`,
    expected,
    received: received === '' ? 'an empty line' : `'${received}'`,
    fix: 'Use the pair list as its authors published it.',
    fields: { path, line },
  });
