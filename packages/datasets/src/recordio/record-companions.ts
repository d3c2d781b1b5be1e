import { stat } from 'node:fs/promises';
import { InvalidDataError } from '@hm/tensor/host';
import { damaged } from '../files/damaged.ts';
import { linesOf } from '../files/lines.ts';
import { readText } from '../name-list.ts';

/** The file `property` beside a `train.rec`. */
export interface ImageProperty {
  classes: number;
  /** Pixels. */
  height: number;
  /** Pixels. */
  width: number;
}

/** Reads `property`: a line `classes,height,width`, or undefined if there is no such file. Some tools add lines. */
export async function readProperty(path: string): Promise<ImageProperty | undefined> {
  if (!(await stat(path).catch(() => undefined))) return undefined;
  const [line = ''] = (await readText(path, 'the file property')).split('\n');
  const [classes, height, width] = line.split(',').map((field) => positive(field.trim()));
  if (classes && height && width) return { classes, height, width };
  throw new InvalidDataError({
    where: path,
    expected: "a first line 'classes,height,width' such as '10572,112,112'",
    received: `'${line.slice(0, 80)}'`,
    fix: 'Correct or remove the file.',
    fields: { path, offset: 0, reason: 'not a property file' },
  });
}

/**
 * Identities' names by label from an im2rec list, `key<tab>label<tab>folder/file`: the folders. Empty if there is no
 * list, its paths have no folders, or folders and labels do not correspond.
 *
 * @throws {InvalidDataError} if the file is no such list.
 */
export async function readListNames(path: string): Promise<string[]> {
  if (!(await stat(path).catch(() => undefined))) return [];
  const names: string[] = [];
  for await (const { text, offset } of linesOf(path)) {
    if (text.trim() === '') continue;
    const fields = text.split('\t');
    const label = Number(fields[1] || Number.NaN);
    if (fields.length < 3 || Number.isNaN(label)) {
      throw damaged({
        path,
        offset,
        expected: "a line 'key<tab>label<tab>path'",
        received: text.slice(0, 80),
        fix,
      });
    }
    const folder = fields.at(-1)!.split(/[/\\]/).at(-2);
    if (!folder || !Number.isInteger(label) || label < 0 || label >= mostNames) return [];
    if (names[label] !== undefined && names[label] !== folder) return [];
    names[label] = folder;
  }
  return names;
}

const fix = 'Correct the list, or remove it: only names come from it.';

/** A label that lies must not make a huge list. */
const mostNames = 1e8;

const positive = (text: string): number | undefined =>
  /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
