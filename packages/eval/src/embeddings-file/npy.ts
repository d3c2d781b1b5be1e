import { hostTensor } from '@hm/tensor/host';
import { checkTable, type EmbeddingTable, notATable } from './embedding-table.ts';

/**
 * NumPy's .npy with one record for each embedding, fields `id` (text) and `embedding` (float32): after
 * `a = np.load('embeddings.npy')`, `a['embedding']` is the matrix `[N, D]` and `a['id']` the names.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function encodeNpy({ ids, embeddings }: EmbeddingTable): Uint8Array {
  const [rows, size] = embeddings.shape as [number, number];
  const letters = ids.map((id) => [...id]);
  const width = letters.reduce((most, { length }) => Math.max(most, length), 1);
  const head = header(`[('id', '<U${width}'), ('embedding', '<f4', (${size},))]`, rows);
  const stride = 4 * (width + size);
  const bytes = new Uint8Array(head.length + rows * stride);
  bytes.set(head);
  const view = new DataView(bytes.buffer);
  letters.forEach((text, row) => {
    const start = head.length + row * stride;
    text.forEach((letter, k) => {
      view.setUint32(start + 4 * k, letter.codePointAt(0)!, true);
    });
    for (let k = 0; k < size; k++)
      view.setFloat32(start + 4 * (width + k), embeddings.data[row * size + k]!, true);
  });
  return bytes;
}

/** Reads what {@link encodeNpy} writes, and a plain float32 matrix, whose rows are then named by their number. */
export function decodeNpy(bytes: Uint8Array): EmbeddingTable {
  const { text, offset } = readHeader(bytes);
  const shape = /'shape': \((\d+),(?: (\d+))?\)/.exec(text);
  if (shape === null || text.includes("'fortran_order': True")) throw notATable(`an array ${text}`);
  const rows = Number(shape[1]);
  const records = /\[\('id', '<U(\d+)'\), \('embedding', '<f4', \((\d+),\)\)\]/.exec(text);
  const matrix = text.includes("'descr': '<f4'") && shape[2] !== undefined;
  if (records === null && !matrix) throw notATable(`an array ${text}`);
  const [width, size] = records ? [Number(records[1]), Number(records[2])] : [0, Number(shape[2])];
  const stride = 4 * (width + size);
  if (bytes.length - offset !== rows * stride)
    throw notATable(`${bytes.length - offset} bytes for ${rows} rows`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset);
  const ids = Array.from({ length: rows }, (_, row) =>
    records ? textAt(view, row * stride, width) : `${row}`,
  );
  const data = new Float32Array(rows * size);
  for (let k = 0; k < data.length; k++) {
    const row = Math.floor(k / size);
    data[k] = view.getFloat32(row * stride + 4 * (width + k - row * size), true);
  }
  return checkTable({ ids, embeddings: hostTensor('float32', [rows, size], data) });
}

const MAGIC = [0x93, ...new TextEncoder().encode('NUMPY')];

/** Whether bytes begin as .npy does. */
export const isNpy = (bytes: Uint8Array): boolean => MAGIC.every((byte, k) => bytes[k] === byte);

/** Version 1.0, padded so that the data begins at a multiple of 64. */
function header(descr: string, rows: number): Uint8Array {
  const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': (${rows},), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const body = new TextEncoder().encode(`${text.padEnd(length - 1)}\n`);
  return Uint8Array.from([...MAGIC, 1, 0, length & 255, length >> 8, ...body]);
}

function readHeader(bytes: Uint8Array) {
  if (bytes.length < 12) throw notATable('a header that is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [start, length] = bytes[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (start + length > bytes.length) throw notATable('a header that is cut off');
  return {
    text: new TextDecoder().decode(bytes.subarray(start, start + length)).trim(),
    offset: start + length,
  };
}

function textAt(view: DataView, start: number, width: number): string {
  const letters = Array.from({ length: width }, (_, k) => view.getUint32(start + 4 * k, true));
  return String.fromCodePoint(...letters.filter((letter) => letter !== 0));
}
