import { chunksOf } from '../files/chunks.ts';
import { damaged } from '../files/damaged.ts';
import { type RecordIndex, recordIndex } from './record-index.ts';

/**
 * Reads an `.idx` file: lines of a key, a tab and a byte offset. It is parsed byte by byte into typed arrays, because
 * millions of lines as strings would take gigabytes.
 *
 * @throws {InvalidDataError} with the byte offset of the first bad line.
 */
export async function readIndexFile(path: string): Promise<RecordIndex> {
  const lines = await countLines(path);
  const parser = new IndexParser(path, lines);
  for await (const { bytes } of chunksOf(path)) parser.take(bytes);
  return parser.finish();
}

async function countLines(path: string): Promise<number> {
  let lines = 1;
  for await (const { bytes } of chunksOf(path)) {
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines++;
  }
  return lines;
}

const [tab, newline, carriageReturn, space, zero, nine] = [9, 10, 13, 32, 48, 57];

/** Parses both numbers of a line, digit by digit. A number is -1 until its first digit. */
class IndexParser {
  readonly #path: string;
  readonly #keys: Float64Array;
  readonly #offsets: Float64Array;
  #lines = 0;
  #key = -1;
  #number = -1;
  #position = 0;

  constructor(path: string, lines: number) {
    this.#path = path;
    this.#keys = new Float64Array(lines);
    this.#offsets = new Float64Array(lines);
  }

  take(bytes: Uint8Array): void {
    let [key, number] = [this.#key, this.#number];
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte >= zero && byte <= nine) {
        number = (number < 0 ? 0 : number * 10) + byte - zero;
        if (number <= Number.MAX_SAFE_INTEGER) continue;
      } else if ((byte === tab || byte === space) && key < 0 && number >= 0) {
        [key, number] = [number, -1];
        continue;
      } else if ((byte === newline || byte === carriageReturn) && this.#endLine(key, number)) {
        [key, number] = [-1, -1];
        continue;
      }
      throw this.#invalid(this.#position + at);
    }
    this.#position += bytes.length;
    [this.#key, this.#number] = [key, number];
  }

  /** Adds a line to the index, or skips it if it is empty. Returns false if it has only one number. */
  #endLine(key: number, number: number): boolean {
    if (number < 0) return key < 0;
    if (key < 0) return false;
    this.#keys[this.#lines] = key;
    this.#offsets[this.#lines++] = number;
    return true;
  }

  finish(): RecordIndex {
    if (!this.#endLine(this.#key, this.#number)) throw this.#invalid(this.#position);
    const index = recordIndex(this.#keys.subarray(0, this.#lines), this.#offsets.subarray(0, this.#lines));
    if (index) return index;
    throw this.#invalid(0, 'keys without repetition', 'a key twice');
  }

  #invalid(offset: number, expected = "a line 'key<tab>byte offset'", received = 'something else') {
    const fix = 'Remove the file: the index is then rebuilt from the records.';
    return damaged({ path: this.#path, offset, expected, received, fix });
  }
}
