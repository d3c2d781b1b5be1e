import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { checkArguments, InvalidDataError } from '@hm/tensor/host';

/** `ModelProto.metadata_props`, a repeated `StringStringEntryProto { 1: key, 2: value }`. */
const METADATA_FIELD = 14;

/**
 * Reads the `metadata_props` of an ONNX file without parsing its graph and weights.
 *
 * @throws {InvalidDataError} if the bytes are not a protobuf message.
 */
export function readMetadata(model: Uint8Array): Record<string, string> {
  checkArguments('readMetadata', { model }, { model: 'bytes' });
  const entries: [string, string][] = [];
  for (const { number, body } of fieldsOf(model))
    if (number === METADATA_FIELD) entries.push(readEntry(body));
  return Object.fromEntries(entries);
}

/** Returns a copy of an ONNX file with these `metadata_props` added; keys that exist already are replaced. */
export function withMetadata(model: Uint8Array, entries: Record<string, string>): Uint8Array<ArrayBuffer> {
  checkArguments('withMetadata', { model, entries }, { model: 'bytes', entries: 'object' });
  const all = { ...readMetadata(model), ...entries };
  const writer = new BinaryWriter();
  for (const [key, value] of Object.entries(all)) {
    writer.tag(METADATA_FIELD, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(key).tag(2, WireType.LengthDelimited).string(value).join();
  }
  return concatenate([...bodyWithoutMetadata(model), writer.finish()]);
}

/** A field of a protobuf message; `body` is its content. */
export interface Field {
  number: number;
  /** Offset of its tag. */
  start: number;
  body: Uint8Array;
}

/** Returns the fields of a protobuf message, in order. @throws {InvalidDataError} */
export function fieldsOf(message: Uint8Array): Field[] {
  const reader = new BinaryReader(message);
  const fields: Field[] = [];
  try {
    while (reader.pos < reader.len) {
      const start = reader.pos;
      const [number, type] = reader.tag();
      const skipped = reader.skip(type, number);
      fields.push({ number, start, body: type === WireType.LengthDelimited ? contentOf(skipped) : skipped });
    }
    return fields;
  } catch (cause) {
    throw notOnnx(`bytes that stop making sense at offset ${reader.pos}`, cause);
  }
}

/** Returns a length-delimited value without its length. */
const contentOf = (bytes: Uint8Array) => new BinaryReader(bytes).bytes();

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readEntry(bytes: Uint8Array): [key: string, value: string] {
  const fields = fieldsOf(bytes);
  const text = (number: number) => fields.findLast((field) => field.number === number)?.body;
  try {
    return [utf8.decode(text(1)), utf8.decode(text(2))];
  } catch (cause) {
    throw notOnnx('a metadata entry that is not UTF-8', cause);
  }
}

const notOnnx = (received: string, cause: unknown) =>
  new InvalidDataError({
    where: 'readMetadata',
    expected: 'an ONNX model',
    received,
    fix: 'Copy or export the file again: it is truncated or not an ONNX file.',
    cause,
  });

function bodyWithoutMetadata(model: Uint8Array): Uint8Array[] {
  const fields = fieldsOf(model);
  return fields.flatMap(({ number, start }, index) =>
    number === METADATA_FIELD ? [] : [model.subarray(start, fields[index + 1]?.start ?? model.length)],
  );
}

function concatenate(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
