import { printable } from './check/printable.ts';

/** Parts of an {@link HmError}: message = `where: expected …, got …. Fix: …`. */
export interface HmErrorDetails {
  /** The function or file where the problem was found. */
  where: string;
  /** The expected value, as the end of a sentence: `a positive integer`. */
  expected: string;
  /** The value received; strings are printed as they are, other values as JSON. */
  received: unknown;
  /** Advice to the reader, as a whole sentence. */
  fix: string;
  /** Machine-readable facts, such as a file, an offset or a list of labels. */
  fields?: Record<string, unknown>;
  cause?: unknown;
}

const marker = Symbol.for('@hm/error');

/**
 * Base class of every error that the `@hm` packages throw. `code` identifies the kind of error and never changes;
 * `fields` holds the facts in machine-readable form.
 *
 * @example
 * try {
 *   await imageFolder('no-such-folder');
 * } catch (error) {
 *   if (HmError.isInstance(error)) console.error(error.code, error.fields);
 * }
 */
export class HmError extends Error {
  /** Kind of error: `invalid-argument`, `invalid-data`, `unavailable`, `non-finite`, or that of a subclass. */
  readonly code: string;
  /** The function or file where the problem was found: the beginning of the message. */
  readonly where: string;
  /** Advice to the reader: the end of the message. */
  readonly fix: string;
  /** Machine-readable facts of the message. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** @internal */
  readonly [marker] = true;

  constructor(code: string, details: HmErrorDetails) {
    const { where, fix, fields = {}, cause } = details;
    super(messageOf(details), { cause });
    this.name = new.target.name;
    this.code = code;
    this.where = printable(where);
    this.fix = sentence(fix);
    this.fields = fields;
  }

  /**
   * Puts a file's path in place of `where`, for errors of code that was given only the file's bytes. Returns the same
   * error.
   */
  inFile(path: string): this {
    const place = printable(path);
    this.message = place + this.message.slice(this.where.length);
    return Object.assign(this, { where: place });
  }

  /** True for errors of any installed copy of this package, unlike `instanceof`. */
  static isInstance(error: unknown): error is HmError {
    return typeof error === 'object' && error !== null && marker in error;
  }
}

/** Thrown if a caller passes something that the function does not accept. */
export class InvalidArgumentError extends HmError {
  constructor(details: HmErrorDetails) {
    super('invalid-argument', details);
  }
}

/** Thrown if a file or a data set does not match its format. `fields.path` names it. */
export class InvalidDataError extends HmError {
  constructor(details: HmErrorDetails) {
    super('invalid-data', details);
  }
}

/** Thrown if something that was requested by name (an engine, a provider, a package) cannot be used here. */
export class UnavailableError extends HmError {
  constructor(details: HmErrorDetails) {
    super('unavailable', details);
  }
}

/** Thrown if a number that must be finite is not. */
export class NonFiniteError extends HmError {
  constructor(details: HmErrorDetails) {
    super('non-finite', details);
  }
}

/** Maximum length of our own text, and of a word in it, which may be a name from elsewhere. */
const SENTENCE = 2000;
const WORD = 160;

const sentence = (text: string): string => {
  const words = text.split(/(\s+)/).map((word) => printable(word, WORD));
  return printable(words.join(''), SENTENCE);
};

const messageOf = ({ where, expected, received, fix }: HmErrorDetails): string =>
  `${printable(where)}: expected ${sentence(expected)}, got ${printable(show(received))}. Fix: ${sentence(fix)}`;

/** Removes the fix from the message of another error that is quoted: an error has one fix. */
const withoutFix = (text: string) => text.replace(/\. Fix: .*$/s, '').replace(/(?<=[\w)"'’])\.$/, '');

function show(value: unknown): string {
  if (typeof value === 'string') return withoutFix(value);
  if (typeof value === 'number' || typeof value === 'bigint' || value === undefined) return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // A circular value, or one with a bigint in it.
    return Object.prototype.toString.call(value);
  }
}
