import { filterParams, InvalidArgumentError, nearest, type Params } from '@hm/tensor';

/** Parameters that get gradients: those whose names, such as `backbone.stem.kernel`, match none of the patterns. */
export const trainedOf = <T extends { dtype: string }>(params: Params<T>, patterns: readonly string[] = []) =>
  filterParams(params, (name) => !fitsAny(name, patterns));

/** Statistics that change. They share names with the parameters of their layer and are frozen with them. */
export const movingOf = (statistics: Params, owner: 'backbone' | 'head', patterns: readonly string[] = []) =>
  filterParams(statistics, (name) => !fitsAny(`${owner}.${name}`, patterns));

/** True if a name matches one of the patterns, in which `*` stands for any characters. */
export const fitsAny = (name: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => fits(name, pattern));

/** Finds each piece between stars at its first place after the piece before; later places cannot match more. */
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
 * Checks the patterns of a recipe's `freeze`.
 *
 * @throws {InvalidArgumentError} if a pattern matches no parameter, or nothing is left to train.
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
