import { damaged } from '../files/damaged.ts';
import { readOpen } from '../files/read-at.ts';

/** The number that starts every part of a record. */
export const magic = 0xced7230a;
/** Size of a part's header: the magic, then 3 bits of flag and 29 of length. */
export const partHeaderBytes = 8;
/** Size of the image header: flag u32, label f32, id u64, id2 u64. */
export const imageHeaderBytes = 24;
/** Largest part; its length has 29 bits. */
export const maximumPartBytes = 2 ** 29 - 1;
/** Images contain the magic once in a million; a chain of empty parts must not cost memory. */
const maximumParts = 2 ** 16;

/** Position of a part in a record that holds the magic: alone, first, in between, last. */
export const partFlags = { whole: 0, first: 1, middle: 2, last: 3 } as const;

export interface Part {
  flag: number;
  length: number;
  /** Offset of the contents in the file. */
  offset: number;
  /** Offset of the next part's header; contents are padded to four bytes. */
  end: number;
}

/** A record's contents and their position. */
export interface RawRecord {
  bytes: Uint8Array;
  /**
   * Offset of `bytes` in the file; undefined if the record was split, because its contents are then not one byte range.
   */
  offset: number | undefined;
  /** Length of all its contents; `bytes` may be only their start. */
  length: number;
  end: number;
}

/** Reads a part's header from bytes that start at `offset` of the file. */
function parsePart(path: string, bytes: Uint8Array, offset: number): Part {
  if (bytes.length < partHeaderBytes) {
    throw damaged({ path, offset, expected: 'a record', received: `the end of the file` });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, partHeaderBytes);
  if (view.getUint32(0, true) !== magic) {
    const received = `0x${view.getUint32(0, true).toString(16)}`;
    throw damaged({
      path,
      offset,
      expected: `a record, which starts with 0x${magic.toString(16)}`,
      received,
    });
  }
  const word = view.getUint32(4, true);
  const length = word % 2 ** 29;
  const start = offset + partHeaderBytes;
  return { flag: word >>> 29, length, offset: start, end: start + Math.ceil(length / 4) * 4 };
}

/**
 * Reads a record at an offset: the first `wanted` bytes of its contents, or all of them if it was split.
 *
 * @throws {InvalidDataError} if there is no whole record.
 */
export function readRecord(descriptor: number, path: string, offset: number, wanted = Infinity): RawRecord {
  const start = readOpen(descriptor, offset, partHeaderBytes + Math.min(wanted, 4096));
  const part = parsePart(path, start, offset);
  if (part.flag === partFlags.first) return readSplit(descriptor, path, part);
  if (part.flag !== partFlags.whole) {
    throw damaged({
      path,
      offset,
      expected: 'the first part of a record',
      received: `part flag ${part.flag}`,
    });
  }
  const length = Math.min(part.length, wanted);
  const inStart = partHeaderBytes + length <= start.length;
  const bytes = inStart
    ? start.subarray(partHeaderBytes, partHeaderBytes + length)
    : contents(descriptor, path, { ...part, length });
  return { bytes, offset: part.offset, length: part.length, end: part.end };
}

/** Joins the parts of a record, putting back the magic that was taken out between them. */
function readSplit(descriptor: number, path: string, first: Part): RawRecord {
  const pieces = [contents(descriptor, path, first)];
  let part = first;
  while (part.flag !== partFlags.last) {
    part = parsePart(path, readOpen(descriptor, part.end, partHeaderBytes), part.end);
    if (part.flag !== partFlags.middle && part.flag !== partFlags.last) {
      const offset = part.offset - partHeaderBytes;
      const expected = 'a middle or the last part of a record';
      throw damaged({ path, offset, expected, received: `part flag ${part.flag}` });
    }
    pieces.push(magicBytes, contents(descriptor, path, part));
    if (pieces.length > 2 * maximumParts) {
      throw damaged({
        path,
        offset: part.offset,
        expected: `at most ${maximumParts} parts`,
        received: 'more',
      });
    }
  }
  const bytes = Buffer.concat(pieces);
  return { bytes, offset: undefined, length: bytes.length, end: part.end };
}

const magicBytes = new Uint8Array(Uint32Array.of(magic).buffer);

function contents(descriptor: number, path: string, { offset, length }: Part): Uint8Array {
  const bytes = readOpen(descriptor, offset, length);
  if (bytes.length === length) return bytes;
  const expected = `${length} bytes of a record`;
  throw damaged({ path, offset, expected, received: `${bytes.length} before the end of the file` });
}
