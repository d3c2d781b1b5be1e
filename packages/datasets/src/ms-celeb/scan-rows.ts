import { chunksOf } from '../files/chunks.ts';
import { damaged } from '../files/damaged.ts';
import { unsafeName } from '../files/entry-name.ts';

/** A line of MS-Celeb-1M, whose image stays in the file. */
export interface Row {
  /** Freebase identifier, such as `m.0107_f`. */
  mid: string;
  rank: string;
  /** Face id such as `FaceId-0`; empty for uncropped images, which have none. */
  face: string;
  /** Byte offset of the line. */
  line: number;
  /** Byte offset of the image in base64. */
  offset: number;
  /** Number of bytes of the image in base64. */
  length: number;
}

const [tab, newline] = [9, 10];
/** Limit for the columns before the image, in bytes. URLs are long, but not longer. */
const maximumText = 1 << 16;

/**
 * Finds the lines of a file of 100 GB without making strings of the images: keeps only the columns before the last one.
 *
 * @throws {InvalidDataError} at a line with other columns.
 */
export async function* scanRows(path: string): AsyncGenerator<Row, void, void> {
  const scanner = new RowScanner(path);
  for await (const { bytes, offset } of chunksOf(path)) yield* scanner.take(bytes, offset);
  yield* scanner.finish();
}

class RowScanner {
  readonly #path: string;
  /** Bytes of the line up to the last tab read so far. */
  #text: Buffer = Buffer.alloc(0);
  /** Offsets just after each tab of this line. */
  #columns: number[] = [];
  #lineOffset = 0;
  #end = 0;

  constructor(path: string) {
    this.#path = path;
  }

  *take(bytes: Buffer, offset: number): Generator<Row, void, void> {
    let from = 0;
    for (let at = nextBreak(bytes, 0); at !== -1; at = nextBreak(bytes, at + 1)) {
      if (bytes[at] === tab) {
        this.#addText(bytes.subarray(from, at + 1), offset + at + 1);
        from = at + 1;
        continue;
      }
      yield* this.#endLine(offset + at);
      this.#lineOffset = offset + at + 1;
      from = at + 1;
    }
    this.#end = offset + bytes.length;
  }

  *finish(): Generator<Row, void, void> {
    yield* this.#endLine(this.#end);
  }

  #addText(piece: Buffer, next: number): void {
    this.#text = Buffer.concat([this.#text, piece]);
    this.#columns.push(next);
    if (this.#text.length > maximumText || this.#columns.length > 6) throw this.#invalid('more columns');
  }

  *#endLine(end: number): Generator<Row, void, void> {
    if (end === this.#lineOffset && this.#columns.length === 0) return;
    const offset = this.#columns.at(-1) ?? 0;
    const columns = this.#columns.length;
    const text = this.#text;
    this.#text = Buffer.alloc(0);
    this.#columns = [];
    const row = parseRow(text, columns);
    if (!row) throw this.#invalid(`${columns + 1} columns: '${text.toString('utf8', 0, 80)}'`);
    yield { ...row, line: this.#lineOffset, offset, length: end - offset };
  }

  #invalid(received: string) {
    return damaged({
      path: this.#path,
      offset: this.#lineOffset,
      expected: "a line 'MID, rank, image URL, page URL, FaceId-n, rectangle, image', separated by tabs",
      received,
    });
  }
}

/** Finds the next tab or line end. */
function nextBreak(bytes: Buffer, from: number): number {
  const line = bytes.indexOf(newline, from);
  const column = bytes.subarray(0, line === -1 ? bytes.length : line).indexOf(tab, from);
  return column === -1 ? line : column;
}

/**
 * Parses the columns before the image. Seven columns are faces, six the uncropped images:
 * `MID, name, rank, image URL, page URL`, image.
 */
function parseRow(text: Buffer, tabs: number): Pick<Row, 'mid' | 'rank' | 'face'> | undefined {
  const fields = text.toString('utf8').split('\t');
  const [mid = '', rank = '', face = ''] =
    tabs === 6 ? [fields[0], fields[1], fields[4]] : [fields[0], fields[2]];
  const fits = (tabs === 6 && isName(face)) || tabs === 5;
  return fits && isName(mid) && /^\d{1,9}$/.test(rank) ? { mid, rank, face } : undefined;
}

/** Returns the file name that extraction scripts give to an image, from the columns before it. */
export function nameOfRow(text: Buffer): string {
  const row = parseRow(text, text.filter((byte) => byte === tab).length);
  return row ? `${row.mid}/${row.rank}${row.face && `-${row.face}`}.jpg` : '';
}

const isName = (name: string): boolean => /^[\w.-]{1,64}$/.test(name) && unsafeName(name) === undefined;
