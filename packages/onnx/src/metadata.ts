import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { InvalidDataError } from '@hm/tensor/host';

/** `ModelProto.metadata_props`, a repeated `StringStringEntryProto { 1: key, 2: value }`. */
const METADATA_FIELD = 14;

/**
 * Reads the `metadata_props` of an ONNX file, skipping over its graph and weights.
 *
 * @throws {InvalidDataError} if the bytes are no protobuf message.
 */
export function readMetadata(model: Uint8Array): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const field of fieldsOf(model)) {
    if (field.number !== METADATA_FIELD) continue;
    const [key, value] = readEntry(field.reader.bytes());
    metadata[key] = value;
  }
  return metadata;
}

/** A copy of an ONNX file with these `metadata_props` added; a key that is already there is replaced. */
export function withMetadata(model: Uint8Array, entries: Record<string, string>): Uint8Array {
  const all = { ...readMetadata(model), ...entries };
  const writer = new BinaryWriter();
  for (const [key, value] of Object.entries(all)) {
    writer.tag(METADATA_FIELD, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(key).tag(2, WireType.LengthDelimited).string(value).join();
  }
  return concatenate([...bodyWithoutMetadata(model), writer.finish()]);
}

function* fieldsOf(model: Uint8Array): Generator<{ number: number; start: number; reader: BinaryReader }> {
  const reader = new BinaryReader(model);
  try {
    while (reader.pos < reader.len) {
      const start = reader.pos;
      const [number, type] = reader.tag();
      const body = reader.pos;
      reader.skip(type, number);
      const next = reader.pos;
      reader.pos = body;
      yield { number, start, reader };
      reader.pos = next;
    }
  } catch (cause) {
    throw new InvalidDataError({
      where: 'readMetadata',
      expected: 'an ONNX model',
      received: `bytes that stop making sense at offset ${reader.pos}`,
      fix: 'Copy or export the file again: it is truncated or not an ONNX file.',
      cause,
    });
  }
}

function readEntry(bytes: Uint8Array): [key: string, value: string] {
  const reader = new BinaryReader(bytes);
  const entry: [string, string] = ['', ''];
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === 1) entry[0] = reader.string();
    else if (number === 2) entry[1] = reader.string();
    else reader.skip(type, number);
  }
  return entry;
}

function bodyWithoutMetadata(model: Uint8Array): Uint8Array[] {
  const starts = [...fieldsOf(model)].map(({ number, start }) => ({ number, start }));
  return starts.flatMap(({ number, start }, index) =>
    number === METADATA_FIELD ? [] : [model.subarray(start, starts[index + 1]?.start ?? model.length)],
  );
}

function concatenate(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
