import { damaged } from '../files/damaged.ts';

export const blockBytes = 512;

/** Fields of a header block, which describe the entry after it. */
export interface TarHeader {
  name: string;
  /** Size in bytes. */
  size: number;
  /**
   * One character: `0` a file, `5` and `D` folders, `1` and `2` links, `L`, `K`, `x` and `g` headers for the next
   * entry.
   */
  type: string;
}

/** Parses a header block; undefined for the zeros that end an archive. */
export function parseTarHeader(block: Uint8Array, path: string, offset: number): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const invalid = (expected: string, received: string) => damaged({ path, offset, expected, received });
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.length);
  const sum = octal(bytes.subarray(148, 156));
  if (sum === undefined || sum !== checksum(bytes))
    throw invalid('a tar header with its checksum', 'another sum');
  const size = numberOf(bytes.subarray(124, 136));
  if (size === undefined) throw invalid('a size in the tar header', 'none');
  // GNU's older format, `ustar` and two spaces, has times where POSIX has the start of a long name.
  const prefix = bytes.toString('latin1', 257, 263) === 'ustar\0' ? text(bytes.subarray(345, 500)) : '';
  const name = text(bytes.subarray(0, 100));
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size,
    type: block[156] === 0 ? '0' : String.fromCharCode(block[156]!),
  };
}

/** Returns the sum of the block's bytes, with spaces in place of the stored sum. */
function checksum(block: Uint8Array): number {
  let sum = 8 * 32;
  for (let at = 0; at < block.length; at++) if (at < 148 || at >= 156) sum += block[at]!;
  return sum;
}

/** Reads a size. From 8 GiB on, sizes are written in base 256, marked by the highest bit. */
function numberOf(field: Buffer): number | undefined {
  if (field[0] !== 0x80) return octal(field);
  const size = field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
  return Number.isSafeInteger(size) ? size : undefined;
}

function octal(field: Buffer): number | undefined {
  const digits = field
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
    .trimStart();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

export function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? field.length : end);
}
