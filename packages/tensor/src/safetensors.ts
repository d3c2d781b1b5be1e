import { checkArguments } from './check/check-options.ts';
import { InvalidArgumentError, InvalidDataError } from './errors.ts';
import { bytesPerElement, type HostDtype, type HostTensor, sizeOf, viewOf } from './host-tensor.ts';
import { plainBytes } from './plain-bytes.ts';

/** Tensors by name, and the free-form strings of the file's `__metadata__`. */
export interface Safetensors {
  tensors: Record<string, HostTensor>;
  metadata: Record<string, string>;
}

const names: Record<HostDtype, string> = {
  float32: 'F32',
  int32: 'I32',
  bool: 'BOOL',
  uint8: 'U8',
  int64: 'I64',
  float16: 'F16',
};
const dtypes = new Map(Object.entries(names).map(([dtype, name]) => [name, dtype as HostDtype]));

const HEADER_LIMIT = 100_000_000;

/**
 * Encodes tensors as a safetensors file: an 8-byte little-endian header length, a JSON header, then the
 * values, widest element type first so that every tensor is aligned.
 *
 * @throws {InvalidArgumentError} if a tensor is named `__metadata__`.
 * @see https://github.com/huggingface/safetensors#format
 */
export function encodeSafetensors(
  tensors: Record<string, HostTensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  checkArguments('encodeSafetensors', { tensors }, { tensors: 'object' });
  const entries = Object.entries(tensors).sort(
    ([, a], [, b]) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype),
  );
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const [name, tensor] of entries) {
    if (name === '__metadata__') throw reservedName();
    const end = offset + tensor.data.byteLength;
    header[name] = { dtype: names[tensor.dtype], shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(json, 8);
  let position = 8 + headerLength;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file. Values are views of `file` where alignment allows, otherwise copies. Of the format's other
 * number types, BF16 and F64 are converted to float32.
 *
 * @param wanted selects the tensors to read; the others may be of any type. Default: all.
 * @throws {InvalidDataError} if the header, an offset, a dtype or a size does not match the format: tensors must fill
 * the file without overlaps, holes and unused bytes, and no name may occur twice.
 */
export function decodeSafetensors(
  file: Uint8Array,
  wanted: (name: string) => boolean = () => true,
): Safetensors {
  const bytes = plainBytes('decodeSafetensors', file);
  const { header, dataStart } = readHeader(bytes);
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isStrings(metadata)) throw corrupt('strings in __metadata__', JSON.stringify(metadata));
  assertFilled(entries, bytes.length - dataStart);
  const tensors: Record<string, HostTensor> = {};
  for (const [name, entry] of Object.entries(entries))
    if (wanted(name)) tensors[name] = readTensor(bytes, dataStart, name, entry);
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < 8) throw corrupt('at least 8 bytes', `${bytes.length}`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > HEADER_LIMIT || 8 + length > bytes.length)
    throw corrupt(`a header of at most ${bytes.length - 8} bytes`, `${length}`);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length));
    const header: unknown = JSON.parse(text);
    if (typeof header !== 'object' || header === null || Array.isArray(header))
      throw new TypeError('not an object');
    const twice = repeatedName(text);
    if (twice !== undefined) throw corrupt('each name once', `"${twice}" twice`);
    return { header: header as Record<string, unknown>, dataStart: 8 + length };
  } catch (cause) {
    if (cause instanceof InvalidDataError) throw cause;
    throw corrupt('a JSON object as header', 'something else', cause);
  }
}

function readTensor(bytes: Uint8Array, dataStart: number, name: string, entry: unknown): HostTensor {
  const { dtype: dtypeName, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (name === '__proto__') throw corrupt('any tensor name but "__proto__"', name);
  const converted = converters[dtypeName as keyof typeof converters];
  const dtype = converted ? 'float32' : dtypes.get(dtypeName as string);
  if (dtype === undefined) throw otherType(name, String(dtypeName));
  const width = converted?.bytes ?? bytesPerElement(dtype);
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    throw corrupt(`a shape and two offsets for "${name}"`, JSON.stringify(entry));
  const [begin, end] = offsets as [number, number];
  const size = sizeOf(shape);
  if (end - begin !== size * width || dataStart + end > bytes.length)
    throw corrupt(`${size * width} bytes for "${name}" inside the file`, `[${begin}, ${end}]`);
  if (converted) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart + begin, end - begin);
    return {
      dtype,
      shape,
      data: Float32Array.from({ length: size }, (_, k) => converted.at(view, width * k)),
    };
  }
  const start = bytes.byteOffset + dataStart + begin;
  const aligned = start % bytesPerElement(dtype) === 0 && bytes.buffer instanceof ArrayBuffer;
  const data = aligned
    ? viewOf(dtype, bytes.buffer as ArrayBuffer, start, size)
    : viewOf(dtype, bytes.slice(dataStart + begin, dataStart + end).buffer, 0, size);
  return { dtype, shape, data };
}

/** Number types of the format that have no counterpart here. A bfloat16 is the upper half of a float32. */
const converters = {
  BF16: { bytes: 2, at: (view: DataView, offset: number) => upperHalf(view.getUint16(offset, true)) },
  F64: { bytes: 8, at: (view: DataView, offset: number) => view.getFloat64(offset, true) },
};

const word = new DataView(new ArrayBuffer(4));

function upperHalf(bits: number): number {
  word.setUint32(0, bits * 65_536);
  return word.getFloat32(0);
}

/** Checks that each tensor begins where the one before ends, and that the last ends with the file. */
function assertFilled(entries: Record<string, unknown>, bytes: number): void {
  const stretches = Object.entries(entries).map(([name, entry]) => {
    const offsets = (entry as { data_offsets?: unknown } | null)?.data_offsets;
    if (!isSizes(offsets) || offsets.length !== 2)
      throw corrupt(`two offsets for "${name}"`, JSON.stringify(entry) ?? String(entry));
    return { name, begin: offsets[0]!, end: offsets[1]! };
  });
  let filled = 0;
  for (const { name, begin, end } of stretches.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const fault = begin < filled ? 'an overlap' : 'a hole';
    if (begin !== filled) throw corrupt(`"${name}" to begin at ${filled}`, `${begin}: ${fault}`);
    filled = end;
  }
  if (filled !== bytes) throw corrupt(`${filled} bytes of values`, `${bytes}`);
}

/** Finds a name that occurs twice in an object of the JSON; `JSON.parse` would keep the last. */
function repeatedName(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < json.length; at++) {
    const sign = json[at];
    if (sign === '{') open.push(new Set());
    else if (sign === '}') open.pop();
    else if (sign === '"') {
      const end = endOfString(json, at);
      if (/^\s*:/.test(json.slice(end, end + 100))) {
        const name: string = JSON.parse(json.slice(at, end));
        if (open.at(-1)?.has(name)) return name;
        open.at(-1)?.add(name);
      }
      at = end - 1;
    }
  }
  return undefined;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);

const isStrings = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((item) => typeof item === 'string');

const reservedName = () =>
  new InvalidArgumentError({
    where: 'encodeSafetensors',
    expected: 'any tensor name but "__metadata__"',
    received: '"__metadata__"',
    fix: 'Rename the tensor, or pass strings as the second argument.',
  });

const otherType = (name: string, dtype: string) =>
  new InvalidDataError({
    where: 'decodeSafetensors',
    expected: `one of ${[...dtypes.keys(), ...Object.keys(converters)].join(', ')} as dtype of "${name}"`,
    received: dtype,
    fix: 'Save the tensor as float32, or leave it out.',
    fields: { name, dtype },
  });

const corrupt = (expected: string, received: string, cause?: unknown) =>
  new InvalidDataError({
    where: 'decodeSafetensors',
    expected,
    received,
    fix: 'The file is truncated or is no safetensors file: write or copy it again.',
    cause,
  });
