import { type HostTensor, hostTensor, InvalidDataError, plainBytes, printable, sizeOf } from '@hm/tensor';
import { unpickle } from '@hm/tensor/pickle';
import { unzipSync } from 'fflate';
import { checksumsIn, crc32 } from './checksums.ts';
import {
  Dict,
  isTensor,
  PickleBytes,
  type Storage,
  type StoredTensor,
  type TorchValue,
  torchPickles,
} from './torch-pickle.ts';

/** The tensors of a file written by `torch.save`, read on demand. */
export interface StateDict {
  /** Names of the tensors. */
  readonly names: readonly string[];
  /** Returns the shape of a tensor. */
  shapeOf(name: string): readonly number[];
  /**
   * Reads a tensor. Half precision and float64 are converted to float32.
   *
   * @throws {InvalidDataError} if it holds integers or is incomplete.
   */
  read(name: string): HostTensor<'float32'>;
}

/**
 * Reads the state dict in a `.pth` or `.pt` file of PyTorch 1.6 or newer, alone or as part of a checkpoint. It runs no
 * code from the file.
 *
 * @throws {InvalidDataError} if the file has another format, or names anything that weights do not need.
 */
export function readStateDict(file: Uint8Array): StateDict {
  const bytes = plainBytes('fromPth', file);
  const folder = folderOf(bytes);
  const pickle = entriesOf(bytes, [`${folder}data.pkl`])[`${folder}data.pkl`]!;
  const tensors = tensorsIn(unpickle(new PickleBytes(pickle), torchPickles));
  const storages = new Map<string, Float32Array>();
  const numbersOf = ({ storage }: StoredTensor) => {
    const known = storages.get(storage.key);
    if (known !== undefined) return known;
    const name = `${folder}data/${storage.key}`;
    const numbers = floatsOf(storage, entriesOf(bytes, [name])[name]);
    storages.set(storage.key, numbers);
    return numbers;
  };
  const find = (name: string) => {
    const tensor = tensors.get(name);
    if (tensor !== undefined) return tensor;
    throw faulty(`a tensor named "${printable(name)}"`, 'none');
  };
  return {
    names: [...tensors.keys()],
    shapeOf: (name) => find(name).shape,
    read: (name) => viewOf(name, find(name), numbersOf(find(name))),
  };
}

/** Returns the archive's top folder, with its slash. */
function folderOf(bytes: Uint8Array): string {
  if (startsWith(bytes, LEGACY)) throw legacy();
  if (!startsWith(bytes, ZIP)) throw faulty('a file that torch.save wrote', 'another one');
  const names: string[] = [];
  let filled = 0;
  entries(bytes, ({ name, size, originalSize, compression }) => {
    names.push(name);
    filled += originalSize;
    if (compression !== 0 || size !== originalSize || filled > bytes.length)
      throw faulty('an archive without compression, as PyTorch writes it', 'another one');
    return false;
  });
  const pickles = names.filter((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (names.some((name) => /^[^/]*\/constants\.pkl$/.test(name))) throw script();
  if (pickles.length !== 1) throw faulty('an archive with one data.pkl', `${pickles.length}`);
  const folder = pickles[0]!.slice(0, -'data.pkl'.length);
  const order = names.includes(`${folder}byteorder`) && entriesOf(bytes, [`${folder}byteorder`]);
  if (order && new TextDecoder().decode(order[`${folder}byteorder`]) !== 'little')
    throw faulty('little-endian numbers', 'big-endian ones');
  return folder;
}

const ZIP = [0x50, 0x4b, 3, 4];
/** The pickled magic number of files from before PyTorch 1.6. */
const LEGACY = [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46];

const startsWith = (bytes: Uint8Array, start: readonly number[]) =>
  start.every((byte, at) => bytes[at] === byte);

/** Reads files of the archive. @throws {InvalidDataError} if one does not match its checksum. */
function entriesOf(bytes: Uint8Array, wanted: readonly string[]) {
  const found = entries(bytes, ({ name }) => wanted.includes(name));
  const noted = checksumsIn(bytes);
  // PyTorch writes 0 if checksums are disabled (set_crc32_options).
  const damaged = Object.keys(found).find(
    (name) => noted.get(name) !== 0 && noted.get(name) !== crc32(found[name]!),
  );
  if (damaged !== undefined)
    throw faulty(`"${printable(damaged)}" as its checksum says`, 'other bytes: the file is damaged');
  return found;
}

function entries(bytes: Uint8Array, filter: NonNullable<Parameters<typeof unzipSync>[1]>['filter'] & {}) {
  try {
    return unzipSync(bytes, { filter });
  } catch (cause) {
    if (cause instanceof InvalidDataError) throw cause;
    throw faulty('a whole archive', 'one that is cut or damaged', cause);
  }
}

/** Names under which tools put a state dict in a checkpoint. */
const USUAL = ['state_dict', 'model_state_dict', 'model', 'network', 'backbone'];

/**
 * Returns the tensors of a state dict, or of the one in a checkpoint: under one of the usual names, else the dictionary
 * with the most tensors. A checkpoint may hold a tensor or two of its own, such as the last loss.
 */
function tensorsIn(value: TorchValue): ReadonlyMap<string, StoredTensor> {
  if (!(value instanceof Dict)) throw faulty('a state dict', 'something else');
  const parts = partsOf(value);
  const own = ownTensors(value);
  const found = [...parts, ...parts.flatMap(({ dict }) => partsOf(dict))]
    .map(({ name, dict }) => ({ name, tensors: ownTensors(dict) }))
    .filter(({ tensors }) => tensors.size > 0)
    .sort((a, b) => b.tensors.size - a.tensors.size);
  const usual = USUAL.map((name) => found.find((part) => part.name === name)).find(Boolean);
  const chosen = (usual ?? found[0])?.tensors ?? own;
  if (chosen.size === 0) throw faulty('a state dict', 'no tensors by name');
  return own.size > chosen.size ? own : chosen;
}

const partsOf = ({ entries: all }: Dict) =>
  [...all].flatMap(([name, dict]) => (dict instanceof Dict ? [{ name, dict }] : []));

const ownTensors = ({ entries: all }: Dict) =>
  new Map([...all].filter((entry): entry is [string, StoredTensor] => isTensor(entry[1])));

/** Returns the numbers of a storage as float32. Integers are rejected, since they are not weights. */
function floatsOf({ type, size, key }: Storage, content: Uint8Array | undefined): Float32Array {
  const format = FORMATS[type];
  if (format === undefined) throw faulty('weights of floating point', `${type}Storage`);
  if (content?.byteLength !== size * format.bytes)
    throw faulty(`${size * format.bytes} bytes of storage ${printable(key)}`, content?.byteLength ?? 'none');
  if (format.bytes === 4 && content.byteOffset % 4 === 0)
    return new Float32Array(content.buffer as ArrayBuffer, content.byteOffset, size);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return Float32Array.from({ length: size }, (_, k) => format.at(view, k * format.bytes));
}

const FORMATS: Readonly<Record<string, { bytes: number; at(view: DataView, offset: number): number }>> = {
  Float: { bytes: 4, at: (view, offset) => view.getFloat32(offset, true) },
  Double: { bytes: 8, at: (view, offset) => view.getFloat64(offset, true) },
  Half: { bytes: 2, at: (view, offset) => halfOf(view.getUint16(offset, true)) },
  BFloat16: { bytes: 2, at: (view, offset) => upperHalf(view.getUint16(offset, true)) },
};

function halfOf(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}

const word = new DataView(new ArrayBuffer(4));

function upperHalf(bits: number): number {
  word.setUint32(0, bits * 65_536);
  return word.getFloat32(0);
}

/** Returns a tensor's numbers in the order of its axes. */
function viewOf(
  name: string,
  { storage, offset, shape, strides }: StoredTensor,
  numbers: Float32Array,
): HostTensor<'float32'> {
  const size = sizeOf(shape);
  const last = shape.reduce((sum, length, axis) => sum + (length - 1) * strides[axis]!, offset);
  if (size > storage.size || (size > 0 && last >= storage.size))
    throw faulty(
      `"${printable(name)}" inside its storage of ${storage.size} numbers`,
      `[${shape.join(', ')}]`,
    );
  const inOrder = shape.every(
    (length, axis) => length === 1 || strides[axis] === sizeOf(shape.slice(axis + 1)),
  );
  if (inOrder) return hostTensor('float32', [...shape], numbers.slice(offset, offset + size));
  const values = new Float32Array(size);
  let written = 0;
  const walk = (axis: number, from: number): void => {
    if (axis === shape.length) values[written++] = numbers[from]!;
    else for (let k = 0; k < shape[axis]!; k++) walk(axis + 1, from + k * strides[axis]!);
  };
  walk(0, offset);
  return hostTensor('float32', [...shape], values);
}

export const faulty = (expected: string, received: unknown, cause?: unknown) =>
  new InvalidDataError({
    where: 'PyTorch weights',
    expected,
    received,
    fix: 'Save the weights with PyTorch: torch.save(model.state_dict(), "weights.pth").',
    cause,
  });

const legacy = () =>
  new InvalidDataError({
    where: 'PyTorch weights',
    expected: 'the form of PyTorch 1.6 and newer',
    received: 'the form before it',
    fix: 'Save it anew: torch.save(torch.load("old.pth", map_location="cpu", weights_only=True), "new.pth").',
  });

const script = () =>
  new InvalidDataError({
    where: 'PyTorch weights',
    expected: 'a state dict',
    received: 'a TorchScript program',
    fix: 'Save its weights: torch.save(torch.jit.load("program.pt").state_dict(), "weights.pth"), where you trust it.',
  });
