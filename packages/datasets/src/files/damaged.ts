import { InvalidDataError } from '@hm/tensor/host';

/** Where and how a file breaks its format. */
export interface Damage {
  path: string;
  /** Bytes from the start of the file. */
  offset: number;
  expected: string;
  received: unknown;
  /** What the user should do. Default: to get the file anew. */
  fix?: string;
  /** Further members of the error's `fields`. */
  fields?: object;
  cause?: unknown;
}

/** The error for a file that breaks its format; `fields` has the path, the offset and the reason. */
export const damaged = ({ path, offset, expected, received, fix, fields, cause }: Damage): InvalidDataError =>
  new InvalidDataError({
    where: `${path}, byte ${offset}`,
    expected,
    received,
    fix: fix ?? 'Get the file anew: it is truncated, altered, or of another format.',
    fields: { ...fields, path, offset, reason: `expected ${expected}, got ${String(received)}` },
    cause,
  });
