import { chunksOf } from './chunks.ts';
import { damaged } from './damaged.ts';
import { decodeText, utf16Of } from './text.ts';

/** A line of a text file. */
export interface Line {
  text: string;
  /** Line number, from 1. */
  number: number;
  /** Byte offset of the line in the file. */
  offset: number;
}

/**
 * Yields a text file's lines without their line ends. Includes blank lines but not a byte order mark. Files are UTF-8,
 * or UTF-16 by their byte order mark. A line that is not UTF-8 is read as Windows-1252.
 *
 * @throws {InvalidDataError} if the file cannot be read, or a line is longer than `longest` bytes.
 */
export async function* linesOf(path: string, longest = 1 << 16): AsyncGenerator<Line, void, void> {
  let rest: Buffer = Buffer.alloc(0);
  let [number, offset] = [0, 0];
  const line = (bytes: Buffer): Line => {
    if (bytes.length > longest) throw tooLong(path, offset, longest);
    number++;
    const text = decodeText(bytes).replace(/\r+$/, '');
    // Old systems end lines with a carriage return alone: the whole file would be one line.
    if (text.includes('\r')) throw oldBreaks(path, offset);
    return { text, number, offset };
  };
  for await (const bytes of utf8Chunks(path)) {
    let from = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
      const piece = bytes.subarray(from, end);
      const whole = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      yield line(whole);
      offset += whole.length + 1;
      rest = rest.subarray(0, 0);
      from = end + 1;
    }
    rest = Buffer.concat([rest, bytes.subarray(from)]);
    if (rest.length > longest) throw tooLong(path, offset, longest);
  }
  if (rest.length > 0) yield line(rest);
}

const oldBreaks = (path: string, offset: number) =>
  damaged({
    path,
    offset,
    expected: 'lines that end with a line feed',
    received: 'a carriage return alone',
    fix: `Convert it: tr '\\r' '\\n' < OLD > NEW.`,
  });

/** Yields a file's bytes, with UTF-16 converted to UTF-8. */
async function* utf8Chunks(path: string): AsyncGenerator<Buffer, void, void> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  for await (const { bytes, offset } of chunksOf(path)) {
    const encoding = offset === 0 ? utf16Of(bytes) : undefined;
    if (encoding) decoder = new TextDecoder(encoding);
    yield decoder ? Buffer.from(decoder.decode(bytes, { stream: true })) : bytes;
  }
}

const tooLong = (path: string, offset: number, longest: number) =>
  damaged({ path, offset, expected: `lines of at most ${longest} bytes`, received: 'a longer one' });
