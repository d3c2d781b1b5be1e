import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SkippedEntry } from '@hm/images';
import { HmError } from '@hm/tensor/host';
import { linesOf } from '../files/lines.ts';
import { readText } from '../people/name-list.ts';

/** Contents of the file `property` beside a `train.rec`. */
export interface ImageProperty {
  classes: number;
  /** Height in pixels. */
  height: number;
  /** Width in pixels. */
  width: number;
}

/**
 * Reads `property`, a line `classes,height,width`; undefined if there is no such file. Some tools add lines. The file
 * is only extra information, so a damaged one is added to `problems` and is not an error.
 */
export async function readProperty(path: string, problems: string[]): Promise<ImageProperty | undefined> {
  if (!(await stat(path).catch(() => undefined))) return undefined;
  const [line = ''] = (await readText(path, 'the file property').catch(unlessDamaged)).split('\n');
  const [classes, height, width] = line.split(',').map((field) => positive(field.trim()));
  if (classes && height && width) return { classes, height, width };
  problems.push(`${path} has no first line such as '10572,112,112': '${line.trim().slice(0, 80)}'`);
  return undefined;
}

/**
 * Returns the identities' names by label from a list beside the records: im2rec's `key<tab>label<tab>folder/file` or
 * InsightFace's `flag<tab>folder/file<tab>label`. The names are the folders. Empty if there is no such list, its paths
 * have no folders, or folders and labels do not correspond, which is added to `skipped`: it is no disagreement about
 * the classes, as in a list of one folder for all.
 */
export async function readListNames(path: string, skipped: SkippedEntry[]): Promise<Map<number, string>> {
  if (!(await stat(path).catch(() => undefined))?.isFile()) return new Map();
  const names = new Map<number, string>();
  const owners = new Map<string, number>();
  try {
    for await (const { text, number } of linesOf(path)) {
      if (text.trim() === '') continue;
      const fields = text.split('\t').map((field) => field.trim());
      const place = fields.findIndex((field) => /[/\\]/.test(field));
      const folder = folderOf(fields[place]);
      const label = Number(fields[place === 1 && fields.length > 2 ? 2 : 1] || Number.NaN);
      if (folder === undefined || !Number.isInteger(label) || label < 0) return new Map();
      const before = formerly(names.get(label) ?? folder, owners.get(folder) ?? label, { folder, label });
      if (before !== undefined) {
        const reason = `line ${number} has ${folder} for label ${label}, which was ${before}`;
        skipped.push({ path: basename(path), reason: `its folders are no names: ${reason}`, missed: false });
        return new Map();
      }
      names.set(label, folder);
      owners.set(folder, label);
    }
  } catch (error) {
    unlessDamaged(error);
    return new Map();
  }
  return names;
}

/** Returns what a label's folder, or a folder's label, was in lines before, if it was another. */
function formerly(name: string, owner: number, { folder, label }: { folder: string; label: number }) {
  if (name !== folder) return name;
  return owner === label ? undefined : `label ${owner}’s`;
}

const folderOf = (path: string | undefined): string | undefined => path?.split(/[/\\]/).at(-2) || undefined;

function unlessDamaged(error: unknown): string {
  if (HmError.isInstance(error) && error.code === 'invalid-data') return '';
  throw error;
}

const positive = (text: string): number | undefined =>
  /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
