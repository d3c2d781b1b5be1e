import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Histogram with buckets of equal width from 0 to 1. */
export interface UnitHistogram {
  counts: readonly number[];
}

/** Content of a record in an event file; TensorBoard's tags are the names of its curves. */
export type EventContent =
  | { kind: 'version' }
  /** Makes void what other files say about this step or later ones. */
  | { kind: 'restart' }
  | { kind: 'values'; scalars: Record<string, number>; histograms?: Record<string, UnitHistogram> };

/**
 * TensorFlow's `Event` message: `1: wall_time, 2: step, 3: file_version, 5: summary, 7: session_log`.
 *
 * @param wallTime seconds since 1970.
 */
export function eventMessage(wallTime: number, step: number, content: EventContent): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Bit64).double(wallTime);
  if (step !== 0) writer.tag(2, WireType.Varint).int64(step);
  if (content.kind === 'version') writer.tag(3, WireType.LengthDelimited).string('brain.Event:2');
  else if (content.kind === 'restart') open(writer, 7).tag(1, WireType.Varint).int32(1).join();
  else writeSummary(open(writer, 5), content).join();
  return writer.finish();
}

const open = (writer: BinaryWriter, field: number) => writer.tag(field, WireType.LengthDelimited).fork();

type Values = Extract<EventContent, { kind: 'values' }>;

/** `Summary { 1: value }`, where a value is `{ 1: tag, 2: simple_value, 5: histo }`. */
function writeSummary(writer: BinaryWriter, { scalars, histograms = {} }: Values): BinaryWriter {
  for (const [tag, value] of Object.entries(scalars)) {
    open(writer, 1).tag(1, WireType.LengthDelimited).string(tag);
    writer.tag(2, WireType.Bit32).float(value).join();
  }
  for (const [tag, histogram] of Object.entries(histograms)) {
    open(writer, 1).tag(1, WireType.LengthDelimited).string(tag);
    writeHistogram(open(writer, 5), histogram).join().join();
  }
  return writer;
}

/**
 * `{ 1: min, 2: max, 3: num, 4: sum, 5: sum_squares, 6: bucket_limit, 7: bucket }`; sums treat values as mid-bucket.
 */
function writeHistogram(writer: BinaryWriter, { counts }: UnitHistogram): BinaryWriter {
  const middle = (index: number) => (index + 0.5) / counts.length;
  const sum = (weight: (index: number) => number) =>
    counts.reduce((total, count, index) => total + count * weight(index), 0);
  const numbers = [0, 1, sum(() => 1), sum(middle), sum((index) => middle(index) ** 2)];
  for (const [index, value] of numbers.entries())
    if (value !== 0) writer.tag(index + 1, WireType.Bit64).double(value);
  const lists = [counts.map((_, index) => (index + 1) / counts.length), counts];
  for (const [index, list] of lists.entries()) {
    open(writer, 6 + index);
    for (const value of list) writer.double(value);
    writer.join();
  }
  return writer;
}
