import { fromHalf } from '@hm/onnx/session';
import { hostTensor } from '@hm/tensor/host';
import { checkTable, type EmbeddingTable, notATable } from './embedding-table.ts';

/**
 * Encodes a table as NumPy's .npy with one record per embedding, fields `id` (text) and `embedding` (float32): after
 * `a = np.load('embeddings.npy')`, `a['embedding']` is the matrix `[N, D]` and `a['id']` the ids.
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

/**
 * Decodes what {@link encodeNpy} writes. Also decodes a plain matrix of floats of 2, 4 or 8 bytes, in any byte and
 * memory order; its ids are the row numbers.
 */
export function decodeNpy(bytes: Uint8Array): EmbeddingTable {
  const { text, offset } = readHeader(bytes);
  const shape = /'shape': \((\d+),(?: (\d+))?\)/.exec(text);
  const plain = /'descr': '([<>|=]?)f([248])'/.exec(text);
  if (plain !== null && shape?.[2] !== undefined) return matrixOf(bytes.subarray(offset), text, plain, shape);
  if (shape === null) throw notATable(`an array ${text}`, undefined, IN_NUMPY);
  const rows = Number(shape[1]);
  const records = /\[\('id', '<U(\d+)'\), \('embedding', '<f4', \((\d+),\)\)\]/.exec(text);
  if (records === null) throw notATable(`an array ${text}`, undefined, IN_NUMPY);
  const [width, size] = [Number(records[1]), Number(records[2])];
  // With zero bytes a row, the file's length cannot confirm the number of rows.
  if (width * size === 0) throw notATable(`rows without content: ${text}`);
  const stride = 4 * (width + size);
  if (bytes.length - offset !== rows * stride)
    throw notATable(`${bytes.length - offset} bytes for ${rows} rows`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset);
  const ids = Array.from({ length: rows }, (_, row) => textAt(view, row * stride, width));
  const data = new Float32Array(rows * size);
  for (let k = 0; k < data.length; k++) {
    const row = Math.floor(k / size);
    data[k] = view.getFloat32(row * stride + 4 * (width + k - row * size), true);
  }
  return checkTable({ ids, embeddings: hostTensor('float32', [rows, size], data) });
}

const IN_NUMPY =
  'Save a matrix [N, D] of floats: np.save(file, np.ascontiguousarray(matrix, dtype=np.float32)).';

function matrixOf(
  bytes: Uint8Array,
  text: string,
  [, order, width]: RegExpExecArray,
  [, first, second]: RegExpExecArray,
): EmbeddingTable {
  const [rows, size, step] = [Number(first), Number(second), Number(width)];
  if (size === 0 || bytes.length !== rows * size * step)
    throw notATable(`${bytes.length} bytes for ${rows} rows`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = order !== '>';
  const at = {
    2: (offset: number) => fromHalf(view.getUint16(offset, little)),
    4: (offset: number) => view.getFloat32(offset, little),
    8: (offset: number) => view.getFloat64(offset, little),
  }[step as 2 | 4 | 8];
  const byColumns = text.includes("'fortran_order': True");
  const data = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < size; k++)
      data[row * size + k] = at(step * (byColumns ? k * rows + row : row * size + k));
  const ids = Array.from({ length: rows }, (_, row) => `${row}`);
  return checkTable({ ids, embeddings: hostTensor('float32', [rows, size], data) });
}

const MAGIC = [0x93, ...new TextEncoder().encode('NUMPY')];

/** True if the bytes begin as a .npy file does. */
export const isNpy = (bytes: Uint8Array): boolean => MAGIC.every((byte, k) => bytes[k] === byte);

/** Header of version 1.0, padded so that the data begins at a multiple of 64. */
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
  if (length > 1 << 16) throw notATable(`a header of ${length} bytes`);
  return {
    text: new TextDecoder().decode(bytes.subarray(start, start + length)).trim(),
    offset: start + length,
  };
}

/** Most characters passed to one call of `String.fromCodePoint`, where each is an argument. */
const AT_ONCE = 4096;

function textAt(view: DataView, start: number, width: number): string {
  const letters: number[] = [];
  let text = '';
  for (let k = 0; k < width; k++) {
    const letter = view.getUint32(start + 4 * k, true);
    if (letter > 0x10ffff || (letter >= 0xd800 && letter < 0xe000))
      throw notATable(`an id with ${letter}, which is no letter`);
    if (letter !== 0) letters.push(letter);
    if (letters.length === AT_ONCE) text += String.fromCodePoint(...letters.splice(0));
  }
  return text + String.fromCodePoint(...letters);
}
