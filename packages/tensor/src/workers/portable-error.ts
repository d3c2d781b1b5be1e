import {
  HmError,
  InvalidArgumentError,
  InvalidDataError,
  NonFiniteError,
  UnavailableError,
} from '../errors.ts';

/** The parts of an error that are sent to another thread; its class and its cause are not. */
export type PortableError = Pick<Error, 'message'> &
  Partial<Pick<HmError, 'code' | 'where' | 'fix' | 'fields'>>;

export function toPortable(error: unknown): PortableError {
  if (!HmError.isInstance(error)) return { message: error instanceof Error ? error.message : String(error) };
  const { message, code, where, fix, fields } = error;
  return { message, code, where, fix, fields };
}

const classes = new Map([
  ['invalid-argument', InvalidArgumentError],
  ['invalid-data', InvalidDataError],
  ['non-finite', NonFiniteError],
  ['unavailable', UnavailableError],
]);

/** Restores an error as one of the same kind; undefined if it was not an `HmError`. */
export function fromPortable({ message, code, where, fix, fields }: PortableError): HmError | undefined {
  if (code === undefined) return;
  const details = { where: where!, expected: '', received: '', fix: fix!, fields: { ...fields } };
  const Kind = classes.get(code);
  return Object.assign(Kind ? new Kind(details) : new HmError(code, details), { message });
}
