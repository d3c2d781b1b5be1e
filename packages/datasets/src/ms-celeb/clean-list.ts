import { damaged } from '../files/damaged.ts';
import { linesOf } from '../files/lines.ts';

/** The images of MS-Celeb-1M that a cleaned list keeps. */
export interface CleanList {
  readonly size: number;
  /** True if the list gives classes of its own. */
  readonly labeled: boolean;
  /** Returns the class of an image (0 in a list without classes), or undefined if it is not in the list. */
  labelOf(mid: string, rank: string, face: string): number | undefined;
}

interface Entries {
  codes: number[];
  labels: number[];
}

/**
 * Reads a cleaned list: `[./]m.xxx/12.jpg` as ArcFace's, where 12 is the search rank, or `m.xxx/12-FaceId-0.jpg`, each
 * with or without a class after it. Images from other sources have other names and are missing from the file.
 *
 * @throws {InvalidDataError} with the offset of a line that names no image.
 */
export async function readCleanList(path: string): Promise<CleanList> {
  const people = new Map<string, Entries>();
  let [size, labeled] = [0, 0];
  for await (const { text, offset } of linesOf(path)) {
    if (text.trim() === '') continue;
    const [, mid, name = '', label] =
      /^(?:\.[/\\])?([\w.-]+)[/\\]([^\s/\\]+)(?:\s+(\d{1,9}))?\s*$/.exec(text) ?? [];
    if (mid === undefined) {
      throw damaged({
        path,
        offset,
        expected: "a line 'm.xxx/12.jpg' with or without a class",
        received: text.slice(0, 80),
      });
    }
    size++;
    if (label !== undefined) labeled++;
    const entries = people.get(mid) ?? { codes: [], labels: [] };
    people.set(mid, entries);
    entries.codes.push(codeOfFile(name));
    entries.labels.push(Number(label ?? 0));
  }
  if (labeled !== 0 && labeled !== size) {
    throw damaged({
      path,
      offset: 0,
      expected: 'a class in all lines or none',
      received: `${labeled} of ${size}`,
    });
  }
  return { size, labeled: labeled > 0, labelOf: (mid, rank, face) => find(people.get(mid), rank, face) };
}

/** A person has about a hundred images, so a linear search is fast; a map of millions of names would not fit. */
function find(entries: Entries | undefined, rank: string, face: string): number | undefined {
  if (!entries) return undefined;
  const place = entries.codes.indexOf(code(Number(rank), face));
  return entries.labels[place === -1 ? entries.codes.indexOf(code(Number(rank), '')) : place];
}

const codeOfFile = (name: string): number => {
  const [, rank, face] = /^(\d{1,9})(?:-(FaceId-\d{1,4}))?\.\w+$/.exec(name) ?? [];
  return rank === undefined ? -1 : code(Number(rank), face ?? '');
};

const code = (rank: number, face: string): number =>
  rank * 2 ** 16 + (face === '' ? 0 : Number(/\d+$/.exec(face)?.[0] ?? 0) + 1);
