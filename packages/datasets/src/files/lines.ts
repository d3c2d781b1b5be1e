import { chunksOf } from './chunks.ts';
import { damaged } from './damaged.ts';

/** A line of a text file. */
export interface Line {
  text: string;
  /** From 1. */
  number: number;
  /** Of its first byte. */
  offset: number;
}

/**
 * A text file's lines without their ends, one at a time. Blank lines come too; a byte order mark does not.
 *
 * @throws {InvalidDataError} if the file cannot be read, or a line is longer than `longest` bytes.
 */
export async function* linesOf(path: string, longest = 1 << 16): AsyncGenerator<Line, void, void> {
  let rest: Buffer = Buffer.alloc(0);
  let [number, offset] = [0, 0];
  const line = (bytes: Buffer): Line => {
    if (bytes.length > longest) throw tooLong(path, offset, longest);
    number++;
    const text = bytes.toString('utf8').replace(/\r$/, '');
    return { text: number === 1 ? text.replace(/^\uFEFF/, '') : text, number, offset };
  };
  for await (const { bytes } of chunksOf(path)) {
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
    if (rest.length > longest) {
      throw damaged({
        path,
        offset,
        expected: `lines of at most ${longest} bytes`,
        received: 'a longer one',
      });
    }
  }
  if (rest.length > 0) yield line(rest);
}

const tooLong = (path: string, offset: number, longest: number) =>
  damaged({ path, offset, expected: `lines of at most ${longest} bytes`, received: 'a longer one' });
