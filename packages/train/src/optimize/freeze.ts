import { filterParams, InvalidArgumentError, nearest, type Params } from '@hm/tensor';

/** The parameters that get gradients: those whose names, such as `backbone.stem.kernel`, fit none of the patterns. */
export const trainedOf = <T extends { dtype: string }>(params: Params<T>, patterns: readonly string[] = []) =>
  filterParams(params, (name) => !fitsAny(name, patterns));

/** Statistics that move: they share names with the parameters of their layer, by which they are frozen. */
export const movingOf = (statistics: Params, owner: 'backbone' | 'head', patterns: readonly string[] = []) =>
  filterParams(statistics, (name) => !fitsAny(`${owner}.${name}`, patterns));

/** Whether a name fits one of the patterns, in which `*` stands for any characters. */
export const fitsAny = (name: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => fits(name, pattern));

/** Looks for each piece between stars at the first place after the one before: no other place could do more. */
function fits(name: string, pattern: string): boolean {
  const [start = '', ...rest] = pattern.split('*');
  const end = rest.pop();
  if (end === undefined) return name === pattern;
  if (!name.startsWith(start)) return false;
  let from = start.length;
  for (const piece of rest) {
    const at = name.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return name.length - end.length >= from && name.endsWith(end);
}

/**
 * Checks that the patterns of a recipe's `freeze` mean something.
 *
 * @throws {InvalidArgumentError} if a pattern fits no parameter, or nothing is left to train.
 */
export function assertFreezable(names: readonly string[], patterns: readonly string[]): void {
  const idle = patterns.find((pattern) => !names.some((name) => fitsAny(name, [pattern])));
  if (idle !== undefined) {
    const meant = nearest(idle, [...new Set(names.flatMap(prefixesOf))]);
    const fix = `Write ${meant === undefined ? 'a name with * for any characters, such as "backbone.*"' : `"${meant}"`}.`;
    throw invalid('patterns that each fit a parameter', `"${idle}", which fits none`, names, fix);
  }
  if (names.length > 0 && names.every((name) => fitsAny(name, patterns)))
    throw invalid(
      'a parameter that is left to train',
      'patterns that fit all',
      names,
      'Freeze fewer of them.',
    );
}

/** `a.*`, `a.b.*` and `a.b.c` of `a.b.c`. */
function prefixesOf(name: string): string[] {
  const parts = name.split('.');
  return parts.map((_, k) => (k + 1 < parts.length ? `${parts.slice(0, k + 1).join('.')}.*` : name));
}

const invalid = (expected: string, received: string, names: readonly string[], fix: string) =>
  new InvalidArgumentError({
    where: 'train option "recipe.freeze"',
    expected,
    received,
    fix,
    fields: { names },
  });
