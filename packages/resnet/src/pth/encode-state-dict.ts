import { type HostTensor, sizeOf } from '@hm/tensor';
import { zipSync } from 'fflate';

/**
 * Encodes tensors by name as a state dict in the format of `torch.save`, for `torch.load(weights_only=True)` and
 * `load_state_dict`. The same tensors give the same bytes.
 */
export function encodeStateDict(
  tensors: Readonly<Record<string, HostTensor<'float32' | 'int64'>>>,
): Uint8Array {
  const entries = Object.entries(tensors);
  const items = entries.flatMap(([name, tensor], key) => [...text(name), ...pickled(tensor, key)]);
  const pickle = Uint8Array.from([...PROTOCOL, ...EMPTY, ...ascii('('), ...items, ...ascii('u.')]);
  const files = {
    'archive/data.pkl': pickle,
    'archive/byteorder': Uint8Array.from(ascii('little')),
    ...Object.fromEntries(entries.map(([, { data }], key) => [`archive/data/${key}`, bytesOf(data)])),
    'archive/version': Uint8Array.from(ascii('3\n')),
  };
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) });
}

const ascii = (words: string): number[] => Array.from(words, (sign) => sign.charCodeAt(0));

const PROTOCOL = [0x80, 2];
/** The pickled call of OrderedDict. */
const EMPTY = ascii('ccollections\nOrderedDict\n)R');

/** Pickles a call of `_rebuild_tensor_v2` with storage, offset, shape, strides, no gradient and no hooks. */
function pickled({ dtype, shape }: HostTensor, key: number): number[] {
  const type = dtype === 'int64' ? 'LongStorage' : 'FloatStorage';
  const storage = [...text('storage'), ...ascii(`ctorch\n${type}\n`), ...text(String(key)), ...text('cpu')];
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return [
    ...ascii('ctorch._utils\n_rebuild_tensor_v2\n(('),
    ...[...storage, ...integer(sizeOf(shape)), ...ascii('tQ')],
    ...[...integer(0), ...tuple(shape), ...tuple(strides), FALSE, ...EMPTY],
    ...ascii('tR'),
  ];
}

const FALSE = 0x89;

const tuple = (values: readonly number[]) => [...ascii('('), ...values.flatMap(integer), ...ascii('t')];

const integer = (value: number) => [...ascii('J'), ...fourBytes(value)];

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...ascii('X'), ...fourBytes(bytes.length), ...bytes];
}

const fourBytes = (value: number) => [0, 8, 16, 24].map((shift) => (value >> shift) & 255);

const bytesOf = ({ buffer, byteOffset, byteLength }: HostTensor['data']) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
