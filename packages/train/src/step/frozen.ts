import { InvalidArgumentError } from '@hm/tensor';

/** Whether a name fits one of the patterns, in which `*` stands for any characters. */
export const fitsAny = (name: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => expressionOf(pattern).test(name));

const expressionOf = (pattern: string) =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((text) => text.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
      .join('.*')}$`,
  );

/**
 * Checks that the patterns of a recipe's `freeze` mean something.
 *
 * @throws {InvalidArgumentError} if a pattern fits no parameter, or nothing is left to train.
 */
export function assertFreezable(names: readonly string[], patterns: readonly string[]): void {
  const idle = patterns.find((pattern) => !names.some((name) => fitsAny(name, [pattern])));
  if (idle !== undefined)
    throw invalid('patterns that each fit a parameter', `"${idle}", which fits none`, names);
  if (names.length > 0 && names.every((name) => fitsAny(name, patterns)))
    throw invalid('a parameter that is left to train', 'patterns that fit all of them', names);
}

const invalid = (expected: string, received: string, names: readonly string[]) =>
  new InvalidArgumentError({
    where: 'train option "recipe.freeze"',
    expected,
    received,
    fix: `Write names with * for any characters, such as "backbone.*"; the parameters are ${names.join(', ')}.`,
    fields: { names },
  });
