import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { expect, test } from 'vitest';
import golden from '../../golden/tensorboard.json' with { type: 'json' };
import { eventsOf, ofKind, temporaryFolder, tinyOptions } from '../testing/tiny-run.ts';
import { type EventContent, eventMessage } from './event-message.ts';
import { crc32c, tfRecord } from './tf-record.ts';

// Written by tools/golden/tensorboard_events.py with TensorBoard's own writer.
test.each<[keyof typeof golden, number, number, EventContent]>([
  ['version', 1764000000.25, 0, { kind: 'version' }],
  ['restart', 1764000001.5, 41, { kind: 'restart' }],
  ['scalars', 1764000002, 70_000, { kind: 'values', scalars: { loss: 12.375, accuracy: 0.1 } }],
  ['histogram', 1764000003, 3, { kind: 'values', scalars: {}, histograms: { p: { counts: [1, 2, 3, 4] } } }],
])('%s: the bytes of TensorBoard', (name, wallTime, step, content) => {
  const record = tfRecord(eventMessage(wallTime, step, content));
  expect(Buffer.from(record).toString('base64')).toBe(golden[name]);
});

test("the standard's check value of CRC-32C", () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
});

type Message = Map<number, unknown[]>;

/** A message's fields by number; those that are messages as bytes. */
function fieldsOf(bytes: Uint8Array): Message {
  const reader = new BinaryReader(bytes);
  const fields: Message = new Map();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const value =
      type === WireType.LengthDelimited
        ? reader.bytes()
        : type === WireType.Varint
          ? Number(reader.int64())
          : type === WireType.Bit64
            ? reader.double()
            : reader.float();
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

/** The records of a file, each with both checksums checked. */
function recordsOf(file: Buffer): Message[] {
  const unmasked = (sum: number) => {
    const turned = (sum - 0xa282ead8) >>> 0;
    return ((turned >>> 17) | (turned << 15)) >>> 0;
  };
  const records: Message[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    expect(unmasked(file.readUInt32LE(at + 8))).toBe(crc32c(file.subarray(at, at + 8)));
    const body = file.subarray(at + 12, at + 12 + length);
    expect(unmasked(file.readUInt32LE(at + 12 + length))).toBe(crc32c(body));
    records.push(fieldsOf(body));
    at += 16 + length;
  }
  return records;
}

function valuesOf(record: Message): Record<string, number | Uint8Array> {
  const values = (record.get(5) ?? []).flatMap((summary) => fieldsOf(summary as Uint8Array).get(1) ?? []);
  const entries = values.map((bytes) => {
    const value = fieldsOf(bytes as Uint8Array);
    const tag = new TextDecoder().decode(value.get(1)![0] as Uint8Array);
    return [tag, (value.get(2) ?? value.get(5))![0] as number | Uint8Array] as const;
  });
  return Object.fromEntries(entries);
}

test('a run writes what it tells; one that goes on says where', async () => {
  const out = await temporaryFolder();
  const controller = new AbortController();
  const options = tinyOptions(out, { tensorBoard: true, hardness: true, logEvery: 1 });
  const events = await eventsOf({ ...options, signal: controller.signal }, (event) => {
    if (event.kind === 'step' && event.step === 5) controller.abort();
  });
  await eventsOf({ ...options, resume: true });
  const folder = join(out, 'tensorboard');
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
  const [first, second] = files.map(recordsOf).sort((a, b) => b.length - a.length) as [Message[], Message[]];
  expect(new TextDecoder().decode(first[0]!.get(3)![0] as Uint8Array)).toBe('brain.Event:2');
  const losses = first.filter((record) => 'train/loss' in valuesOf(record));
  expect(losses.map((record) => record.get(2)![0])).toEqual([1, 2, 3, 4, 5]);
  const told = ofKind(events, 'step').map(({ loss }) => Math.fround(loss));
  expect(losses.map((record) => valuesOf(record)['train/loss'])).toEqual(told);
  const epoch = first.find((record) => 'hardness/probability' in valuesOf(record))!;
  const histogram = fieldsOf(valuesOf(epoch)['hardness/probability'] as Uint8Array);
  expect(histogram.get(3)).toEqual([48]);
  expect([second[1]!.get(2)![0], fieldsOf(second[1]!.get(7)![0] as Uint8Array).get(1)]).toEqual([6, [1]]);
});
