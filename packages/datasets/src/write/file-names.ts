import { isLeftBehind } from '@hm/images';
import { normalName } from '../files/entry-name.ts';

/** Most bytes of a name, so that an extension and a number fit into the 255 that file systems allow. */
const MOST_BYTES = 200;

/**
 * Turns a name from the data into one that every system accepts for a file or folder. Characters that some system
 * refuses become `_`, so no name leads out of a folder either.
 */
export function safeName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced.
  const plain = name.replaceAll(/[\u0000-\u001f\u007f<>:"/\\|?*]/g, '_').replace(/[. ]+$/, '_');
  const short = shorten(plain.trimStart());
  const isTaken = short === '' || isLeftBehind(short) || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(short);
  return isTaken ? `_${short}` : short;
}

function shorten(name: string): string {
  let short = name;
  while (Buffer.byteLength(short) > MOST_BYTES) short = Array.from(short).slice(0, -8).join('');
  return short;
}

/** Hands out unique names, even for a system that takes `A` for `a`: later duplicates get a number. */
export class UniqueNames {
  readonly #taken = new Set<string>();

  /** @param extension Comes after the number; empty for folders. */
  take(stem: string, extension = ''): string {
    for (let number = 1; ; number++) {
      const name = `${stem}${number === 1 ? '' : `_${number}`}${extension}`;
      const key = normalName(name).toLowerCase();
      if (this.#taken.has(key)) continue;
      this.#taken.add(key);
      return name;
    }
  }
}
