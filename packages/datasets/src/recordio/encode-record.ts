import { InvalidArgumentError } from '@hm/tensor/host';
import { imageHeaderBytes, magic, maximumPartBytes, partFlags, partHeaderBytes } from './record.ts';

/** Contents of a record's image header. */
export interface RecordHeader {
  /** A number is stored in the header. A list is stored after it, with its length as the flag. */
  label: number | readonly number[];
  id: number;
  id2?: number;
}

/** Encodes a record with MXNet's image header, ready to be written. */
export function encodeImageRecord({ label, id, id2 = 0 }: RecordHeader, image: Uint8Array): Uint8Array {
  const labels = typeof label === 'number' ? [] : label;
  const contents = new Uint8Array(imageHeaderBytes + labels.length * 4 + image.length);
  const view = new DataView(contents.buffer);
  view.setUint32(0, labels.length, true);
  view.setFloat32(4, typeof label === 'number' ? label : 0, true);
  view.setBigUint64(8, BigInt(id), true);
  view.setBigUint64(16, BigInt(id2), true);
  labels.forEach((value, place) => {
    view.setFloat32(imageHeaderBytes + place * 4, value, true);
  });
  contents.set(image, imageHeaderBytes + labels.length * 4);
  return encodeRecord(contents);
}

/**
 * Encodes a RecordIO record of any contents. If they hold the magic at a multiple of four bytes, the record is split
 * there and the magic left out, so that a reader can find records from anywhere in the file.
 *
 * @throws {InvalidArgumentError} if the contents are 512 MiB or more.
 */
function encodeRecord(contents: Uint8Array): Uint8Array {
  if (contents.length > maximumPartBytes) throw tooLong(contents.length);
  const cuts = magicPlaces(contents);
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const cut of cuts) {
    const flag = from === 0 ? partFlags.first : partFlags.middle;
    pieces.push(partHeader(flag, cut - from), contents.subarray(from, cut));
    from = cut + 4;
  }
  const flag = from === 0 ? partFlags.whole : partFlags.last;
  const rest = contents.subarray(from);
  pieces.push(partHeader(flag, rest.length), rest, new Uint8Array(-rest.length & 3));
  return Buffer.concat(pieces);
}

function magicPlaces(contents: Uint8Array): number[] {
  const places: number[] = [];
  const bytes = Buffer.from(contents.buffer, contents.byteOffset, contents.length);
  for (let at = bytes.indexOf(magicBytes); at !== -1; at = bytes.indexOf(magicBytes, at + 1)) {
    if (at % 4 === 0) places.push(at);
  }
  return places;
}

const magicBytes = Buffer.alloc(4);
magicBytes.writeUInt32LE(magic);

function partHeader(flag: number, length: number): Uint8Array {
  const header = Buffer.alloc(partHeaderBytes);
  header.writeUInt32LE(magic);
  header.writeUInt32LE(flag * 2 ** 29 + length, 4);
  return header;
}

const tooLong = (length: number) =>
  new InvalidArgumentError({
    where: 'encodeRecord',
    expected: `at most ${maximumPartBytes} bytes`,
    received: length,
    fix: 'Store a smaller image.',
  });
