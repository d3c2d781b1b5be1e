import { damaged } from '../files/damaged.ts';
import { imageHeaderBytes, type RawRecord, readRecord } from './record.ts';

/** A record with MXNet's image header. */
export interface ImageRecord {
  /** One label, or as many as the header's flag says. */
  labels: readonly number[];
  /** True if the header counts its labels, even if there is only one. */
  listed: boolean;
  id: number;
  id2: number;
  /** Length of what follows the labels: an encoded image, or nothing. */
  length: number;
  /** Offset of the image in the file; undefined if the record was split. */
  offset: number | undefined;
  /** The image, if the record was split and had to be joined. */
  bytes: Uint8Array | undefined;
  /** Offset of the next record. */
  end: number;
}

/** Nobody gives a face more labels, and a false length must not cost memory. */
const maximumLabels = 1024;

/**
 * Reads an image record's header and the position of its image, without reading the image.
 *
 * @throws {InvalidDataError} if there is no such record at the offset.
 */
export function readImageRecord(descriptor: number, path: string, offset: number): ImageRecord {
  const record = readRecord(descriptor, path, offset, imageHeaderBytes + 16);
  if (record.bytes.length < imageHeaderBytes) {
    const received = `${record.length} bytes`;
    throw damaged({ path, offset, expected: `an image header of ${imageHeaderBytes} bytes`, received });
  }
  const view = new DataView(record.bytes.buffer, record.bytes.byteOffset, record.bytes.length);
  const count = view.getUint32(0, true);
  const header = imageHeaderBytes + count * 4;
  if (count > maximumLabels || header > record.length) {
    const expected = `at most ${maximumLabels} labels inside a record of ${record.length} bytes`;
    throw damaged({ path, offset, expected, received: `${count} labels` });
  }
  return {
    labels: count === 0 ? [view.getFloat32(4, true)] : labelsOf(descriptor, path, offset, record, count),
    listed: count > 0,
    id: Number(view.getBigUint64(8, true)),
    id2: Number(view.getBigUint64(16, true)),
    length: record.length - header,
    offset: record.offset === undefined ? undefined : record.offset + header,
    bytes: record.offset === undefined ? record.bytes.subarray(header) : undefined,
    end: record.end,
  };
}

function labelsOf(descriptor: number, path: string, offset: number, record: RawRecord, count: number) {
  const end = imageHeaderBytes + count * 4;
  const { bytes } =
    record.bytes.length >= end ? record : readRecord(descriptor, path, offset, imageHeaderBytes + count * 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, end);
  return Array.from({ length: count }, (_, place) => view.getFloat32(imageHeaderBytes + place * 4, true));
}
