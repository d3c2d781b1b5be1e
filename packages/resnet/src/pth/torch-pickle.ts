import { InvalidDataError } from '@hm/tensor';
import {
  type Dialect,
  Global,
  type Machine,
  type PickleSource,
  Span,
  Tuple,
  type Value,
} from '@hm/tensor/pickle';

/** A Python dictionary with strings or numbers as keys. */
export class Dict {
  readonly entries = new Map<string, TorchValue>();
}

/** The numbers of one or more tensors, in a file beside the pickle. */
export interface Storage {
  readonly kind: 'storage';
  /** PyTorch's name without `Storage`: `Float`, `Long`. */
  readonly type: string;
  readonly key: string;
  readonly size: number;
}

/** A tensor as a view of a storage. Offset and strides count numbers, not bytes. */
export interface StoredTensor {
  readonly kind: 'tensor';
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A value that does not matter for weights, such as a device or a type. */
const inert = { kind: 'inert' } as const;

type Own = Dict | Storage | StoredTensor | typeof inert;

/** A value in a pickle of PyTorch. */
export type TorchValue = Value<Own>;

export const isTensor = (value: TorchValue | undefined): value is StoredTensor => isA(value, 'tensor');

const isA = <Kind extends 'storage' | 'tensor'>(
  value: TorchValue | undefined,
  kind: Kind,
): value is Extract<Own, { kind: Kind }> =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;

const STORAGES = ['Float', 'Half', 'BFloat16', 'Double', 'Long', 'Int', 'Short', 'Char', 'Byte', 'Bool'];
const TYPES = [
  'float16',
  'float32',
  'float64',
  'bfloat16',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'bool',
];

/** The pickles that `torch.load(weights_only=True)` reads: tensors, dictionaries and numbers. */
export const torchPickles: Dialect<Own> = {
  files: 'PyTorch weights',
  writer: 'PyTorch',
  names: {
    'collections OrderedDict': 'dictionary',
    'torch._utils _rebuild_tensor_v2': 'tensor',
    'torch._utils _rebuild_parameter': 'parameter',
    'torch Size': 'size',
    'torch device': 'device',
    ...Object.fromEntries(STORAGES.map((type) => [`torch ${type}Storage`, `${type}Storage`])),
    ...Object.fromEntries(TYPES.map((type) => [`torch ${type}`, type])),
  },
  call: (name, items) => makers[name]?.(items),
  withState: (target) => (target instanceof Dict ? target : undefined),
  operations: {
    '}': (machine) => machine.push(new Dict()),
    s: (machine) => setItems(machine, machine.popItems(2)),
    u: (machine) => setItems(machine, machine.popToMark()),
    Q: (machine) => machine.push(storageOf(machine)),
    G: (machine) => {
      const view = new DataView(new ArrayBuffer(8));
      for (let at = 0; at < 8; at++) view.setUint8(at, machine.source.unsigned(1));
      machine.push(view.getFloat64(0));
    },
  },
};

const makers: Readonly<Record<string, (items: readonly TorchValue[]) => TorchValue | undefined>> = {
  dictionary: () => new Dict(),
  size: () => inert,
  device: () => inert,
  parameter: ([tensor]) => (isTensor(tensor) ? tensor : undefined),
  tensor: ([storage, offset, shape, strides]) => {
    const [sizes, steps] = [countsIn(shape), countsIn(strides)];
    if (!(isA(storage, 'storage') && isCount(offset) && sizes && sizes.length === steps?.length))
      return undefined;
    return { kind: 'tensor', storage, offset, shape: sizes, strides: steps };
  },
};

function setItems(machine: Machine<Own>, items: readonly TorchValue[]): void {
  const dictionary = machine.top();
  if (!(dictionary instanceof Dict)) throw machine.invalid('a dictionary', 'something else');
  for (let k = 0; k + 1 < items.length; k += 2) {
    const key = items[k]!;
    dictionary.entries.set(typeof key === 'number' ? String(key) : machine.text(key), items[k + 1]!);
  }
}

/** Reads a storage from its id, such as `('storage', torch.FloatStorage, '0', 'cpu', 12)`. */
function storageOf(machine: Machine<Own>): Storage {
  const id = machine.pop();
  const [word, type, key, , size] = id instanceof Tuple ? id.items : [];
  const isStorage = word instanceof Span && machine.text(word) === 'storage';
  if (!(isStorage && type instanceof Global && key instanceof Span && isCount(size)))
    throw machine.invalid('a storage of numbers', 'something else');
  return { kind: 'storage', type: type.name.replace(/Storage$/, ''), key: machine.text(key), size };
}

const isCount = (value: TorchValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const countsIn = (value: TorchValue | undefined): readonly number[] | undefined =>
  value instanceof Tuple && value.items.every(isCount) ? (value.items as readonly number[]) : undefined;

/** A pickle in memory. */
export class PickleBytes implements PickleSource {
  position = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  unsigned(bytes: number): number {
    const { offset } = this.#pass(bytes);
    return this.#bytes.subarray(offset, offset + bytes).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  span(lengthBytes: number) {
    return this.#pass(this.unsigned(lengthBytes));
  }

  line(): string {
    const end = this.#bytes.indexOf(10, this.position);
    const length = end - this.position;
    if (end === -1 || length > 100) throw this.damaged('a name of at most 100 bytes', 'a longer one');
    const { offset } = this.#pass(length + 1);
    return new TextDecoder('latin1').decode(this.#bytes.subarray(offset, end));
  }

  text({ offset, length }: Span): string {
    return new TextDecoder().decode(this.#bytes.subarray(offset, offset + length));
  }

  damaged(expected: string, received: unknown, offset = this.position): Error {
    return new InvalidDataError({
      where: `PyTorch weights, byte ${offset} of their pickle`,
      expected,
      received,
      fix: 'Where you trust the file, save the weights alone with Python: torch.save(model.state_dict(), "weights.pth"). Nothing in it was run.',
      fields: { offset },
    });
  }

  #pass(length: number): { offset: number; length: number } {
    const left = this.#bytes.length - this.position;
    if (length > left) throw this.damaged(`at most ${left} bytes to the end of the pickle`, length);
    const offset = this.position;
    this.position += length;
    return { offset, length };
  }
}
