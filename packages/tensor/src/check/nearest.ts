import { InvalidArgumentError } from '../errors.ts';

/**
 * Finds the name that was probably meant: the one with the fewest letters added, left out, replaced or swapped, if
 * those are fewer than half. Otherwise it is one that starts with the typed text, or with which the typed text starts.
 * Capitals and hyphens are ignored.
 *
 * @returns undefined if none is near.
 * @example
 * nearest('arc-fase', ['cosface', 'arcface']); // 'arcface'
 */
export function nearest(typed: string, names: Iterable<string>): string | undefined {
  if (typeof names?.[Symbol.iterator] !== 'function')
    throw new InvalidArgumentError({
      where: 'nearest',
      expected: '`names` to be a list of texts',
      received: names,
      fix: 'Pass the names to choose from.',
    });
  const word = bare(typed);
  if (word.length > LONGEST) return undefined;
  let best: { name: string; share: number } | undefined;
  for (const name of names) {
    const other = bare(name);
    if (other.length > LONGEST) continue;
    const begins = word.length > 2 && (other.startsWith(word) || word.startsWith(other)) && other.length > 2;
    const edits = editsBetween(word, other) / Math.max(word.length, other.length, 1);
    const share = begins ? Math.min(edits, 0.45) : edits;
    if (share < (best?.share ?? 0.5)) best = { name, share };
  }
  return best?.name;
}

/** Longer texts are not names that somebody typed. */
const LONGEST = 200;

const bare = (name: string) =>
  String(name)
    .toLowerCase()
    .replaceAll(/[-_\s]/g, '');

/** Optimal string alignment distance: letters added, left out or replaced, and neighbors swapped. */
function editsBetween(a: string, b: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        next[j] = Math.min(next[j]!, before[j - 2]! + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
