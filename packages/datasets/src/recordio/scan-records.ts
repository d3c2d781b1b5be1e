import { closeSync, fstatSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { damaged } from '../files/damaged.ts';
import { openForReading } from '../files/read-at.ts';
import { readImageRecord } from './image-record.ts';
import { type RecordIndex, recordIndex } from './record-index.ts';

/**
 * Rebuilds the index of a file that has none, from the records' headers. Keys are the records' own ids, or their places
 * if ids repeat.
 *
 * @throws {InvalidDataError} at the first part that is not a record.
 */
export async function scanRecords(path: string): Promise<RecordIndex> {
  const ids: number[] = [];
  const offsets: number[] = [];
  const descriptor = openForReading(path);
  try {
    const { size } = fstatSync(descriptor);
    for (let offset = 0; offset < size; ) {
      const record = readImageRecord(descriptor, path, offset);
      if (record.end > size) {
        throw damaged({ path, offset, expected: `a record that ends by byte ${size}`, received: record.end });
      }
      ids.push(record.id);
      offsets.push(offset);
      offset = record.end;
      if (ids.length % 4096 === 0) await setImmediate();
    }
  } finally {
    closeSync(descriptor);
  }
  if (ids.length === 0) throw damaged({ path, offset: 0, expected: 'records', received: 'an empty file' });
  const places = Float64Array.from(ids.keys());
  return (
    recordIndex(Float64Array.from(ids), Float64Array.from(offsets)) ??
    recordIndex(places, Float64Array.from(offsets))!
  );
}
