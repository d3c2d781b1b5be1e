import { InvalidArgumentError } from '../errors.ts';
import { nearest } from './nearest.ts';

type TypeName = 'array' | 'boolean' | 'bytes' | 'function' | 'number' | 'object' | 'string';

/**
 * Allowed kind of a member: a type, one of several types, one of several values, an object that has certain members, or
 * anything, if it is checked elsewhere.
 */
export type OptionKind =
  | TypeName
  | readonly TypeName[]
  | { oneOf: readonly unknown[] }
  | { has: readonly string[] }
  | 'any';

/** Allowed types of each member of an options object; the compiler checks that none is missing. */
export type OptionKinds<T> = { readonly [Name in keyof Required<T>]: OptionKind };

/**
 * Checks an options object that may come from plain JavaScript. A member that is unknown or of the wrong type is an
 * error, where it would otherwise be ignored. Members that are undefined count as left out.
 *
 * @param where the function that takes the options.
 * @returns the same options, to be destructured.
 * @throws {InvalidArgumentError} that suggests the nearest name.
 * @example
 * const { top = 1 } = checkOptions('search', options, { top: 'number' });
 */
export function checkOptions<T extends object>(where: string, options: T, kinds: OptionKinds<NoInfer<T>>): T {
  const known = Object.keys(kinds);
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalid(where, `an object of options: ${known.join(', ')}`, describe(options), 'Pass an object.');
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(kinds, name)) throw unknownOption(where, name, known);
    const kind = kinds[name as keyof T];
    if (value !== undefined && !isOf(value, kind))
      throw mistyped(where, name, value, kind, ', or leave it out');
  }
  return options;
}

/**
 * Checks arguments that may come from plain JavaScript: none may be left out.
 *
 * @param where the function that takes them.
 * @throws {InvalidArgumentError} that names the argument.
 * @example
 * checkArguments('search', { folder, top }, { folder: 'string', top: 'number' });
 */
export function checkArguments<T extends object>(
  where: string,
  given: T,
  kinds: OptionKinds<NoInfer<T>>,
): void {
  for (const [name, value] of Object.entries(given)) {
    const kind = kinds[name as keyof T];
    if (!isOf(value, kind)) throw mistyped(where, name, value, kind);
  }
}

function isOf(value: unknown, kind: OptionKind): boolean {
  if (kind === 'any') return true;
  if (kind === 'array') return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
  if (kind === 'bytes') return ArrayBuffer.isView(value) && 'subarray' in value;
  if (typeof kind === 'string') return typeof value === kind && value !== null;
  if ('has' in kind) return missing(value, kind.has) === undefined;
  return 'oneOf' in kind ? kind.oneOf.includes(value) : kind.some((type) => isOf(value, type));
}

/** The first member that a value lacks; all of them if it is not an object. */
const missing = (value: unknown, members: readonly string[]): string | undefined =>
  isOf(value, 'object') || typeof value === 'function'
    ? members.find((name) => (value as Record<string, unknown>)[name] === undefined)
    : members.join(' and ');

function unknownOption(where: string, name: string, known: readonly string[]) {
  const meant = nearest(name, known);
  return invalid(
    where,
    known.length === 0 ? 'no options' : `options among ${known.join(', ')}`,
    `\`${name}\``,
    meant === undefined ? `Leave out \`${name}\`.` : `Write \`${meant}\`.`,
    { option: name, known, ...(meant !== undefined && { meant }) },
  );
}

function mistyped(where: string, option: string, value: unknown, kind: OptionKind, otherwise = '') {
  const fields = { option, value };
  if (typeof kind === 'object' && 'oneOf' in kind) {
    const values = kind.oneOf.map(String);
    const meant = typeof value === 'string' ? nearest(value, values) : undefined;
    const fix = `Write ${meant === undefined ? 'one of them' : `'${meant}'`}.`;
    const expected = `\`${option}\` to be one of ${values.join(', ')}`;
    return invalid(where, expected, describe(value), fix, { ...fields, values });
  }
  if (typeof kind === 'object' && 'has' in kind) {
    const expected = `\`${option}\` to have ${kind.has.map((name) => `\`${name}\``).join(' and ')}`;
    const lacks = isOf(value, 'object') ? ` without \`${missing(value, kind.has)}\`` : '';
    return invalid(where, expected, `${describe(value)}${lacks}`, `Pass one that has${otherwise}.`, fields);
  }
  const types = typeof kind === 'string' ? [kind] : kind;
  const wanted = types.map(named).join(' or ');
  const fix = `Pass ${wanted}${otherwise}.`;
  return invalid(where, `\`${option}\` to be ${wanted}`, describe(value), fix, fields);
}

const articled = (name: string) => `${/^[aeioAEIO]/.test(name) ? 'an' : 'a'} ${name}`;

function named(type: string): string {
  if (type === 'bytes') return 'a Uint8Array';
  return articled(type);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `the string "${value}"`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined)
    return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'function' ? 'a function' : articled(value.constructor?.name ?? 'object');
}

const invalid = (
  where: string,
  expected: string,
  received: string,
  fix: string,
  fields: Record<string, unknown> = {},
) => new InvalidArgumentError({ where, expected, received, fix, fields });
