import { HmError } from '@hm/tensor/host';
import fc from 'fast-check';

/** A change to a file's bytes, as happens by accident or is made by an attacker. */
export type Mutation =
  | { kind: 'truncate'; share: number }
  | { kind: 'flip'; share: number; bit: number }
  | { kind: 'overwrite'; share: number; bytes: Uint8Array }
  | { kind: 'insert'; share: number; bytes: Uint8Array }
  | { kind: 'repeat'; share: number; length: number };

/** Uniform over the file: fast-check prefers small numbers, which would all change the first bytes. */
const share = fc.noBias(fc.nat(2 ** 30 - 1)).map((part) => part / 2 ** 30);
/** Numbers that readers take for lengths, counts and offsets: huge, negative, off by one, in both widths. */
const lie = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 8 }),
  fc
    .constantFrom(0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff)
    .map((value) => new Uint8Array(Uint32Array.of(value).buffer)),
  fc
    .constantFrom(2n ** 63n - 1n, 2n ** 64n - 1n, 2n ** 53n, 2n ** 32n)
    .map((value) => new Uint8Array(BigUint64Array.of(value).buffer)),
  fc.constantFrom('99999999999', '-1', '../', '\0', '\n', '\t', 'NaN', ',').map((text) => Buffer.from(text)),
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('truncate' as const), share }),
  fc.record({ kind: fc.constant('flip' as const), share, bit: fc.integer({ min: 0, max: 7 }) }),
  fc.record({ kind: fc.constant('overwrite' as const), share, bytes: lie }),
  fc.record({ kind: fc.constant('insert' as const), share, bytes: lie }),
  fc.record({ kind: fc.constant('repeat' as const), share, length: fc.integer({ min: 1, max: 64 }) }),
);

/** One to four changes. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(mutation, { minLength: 1, maxLength: 4 });

/** Returns the bytes after the changes. */
export const mutate = (bytes: Uint8Array, changes: readonly Mutation[]): Uint8Array =>
  changes.reduce(apply, bytes);

function apply(bytes: Uint8Array, change: Mutation): Uint8Array {
  const at = Math.floor(change.share * bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  if (change.kind === 'truncate') return before;
  if (change.kind === 'insert') return Buffer.concat([before, change.bytes, after]);
  if (change.kind === 'repeat') return Buffer.concat([before, after.subarray(0, change.length), after]);
  const copy = Uint8Array.from(bytes);
  if (change.kind === 'flip') copy[at]! ^= 1 << change.bit;
  else copy.set(change.bytes.subarray(0, copy.length - at), at);
  return copy;
}

/** A reader to test: opens a file and reads what it holds. */
export interface FuzzTarget {
  name: string;
  /** True if a hash covers the whole file, so that no changed file is read. */
  hashed?: boolean;
  /** Prepares a folder and returns intact files to start from, each with the path at which it is changed. */
  seeds(folder: string): Promise<readonly { path: string; bytes: Uint8Array }[]>;
  /** Reads everything in a file with this path, which holds changed bytes. */
  read(path: string): Promise<unknown>;
}

/**
 * Reads a changed file. The outcome must be a result, or an `HmError` that names a path and, for the file itself, an
 * offset or a line.
 */
export async function readChanged(read: () => Promise<unknown>): Promise<'read' | 'refused'> {
  try {
    await read();
    return 'read';
  } catch (error) {
    if (!HmError.isInstance(error) || error.code !== 'invalid-data') throw error;
    const { path, offset, line, reason, index } = error.fields;
    if (typeof path !== 'string') throw new TypeError(`no path in: ${error.message}`, { cause: error });
    if ([offset, line, reason, index].every((fact) => fact === undefined)) {
      throw new TypeError(`neither an offset, a line nor a reason in: ${error.message}`, { cause: error });
    }
    return 'refused';
  }
}
