import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unwritable } from './align-photograph.ts';
import type { AlignmentRecord } from './alignment-record.ts';

/** Name of the manifest in the output folder: one {@link AlignmentRecord} a line. */
export const MANIFEST = 'alignment.jsonl';
/** Name of the list of images without a face in the output folder. */
export const NO_FACE = 'no-face.txt';

/** Reads a manifest by path; the last line about an image counts, and a line that was cut off is nothing. */
export async function readManifest(output: string): Promise<Map<string, AlignmentRecord>> {
  const text = await readFile(join(output, MANIFEST), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw unwritable(join(output, MANIFEST), error.message, error);
  });
  const records = new Map<string, AlignmentRecord>();
  for (const line of text.split('\n')) {
    const record = parse(line);
    if (record !== undefined) records.set(record.path, record);
  }
  return records;
}

/** Adds one line, so that a run that is killed leaves a record of what it did. */
export const appendRecord = (output: string, record: AlignmentRecord): Promise<void> =>
  guard(join(output, MANIFEST), (path) => appendFile(path, `${JSON.stringify(record)}\n`));

/** Puts one line per image, in order, in place of what a run and the runs before it added; and the list. */
export async function finishManifest(output: string, records: readonly AlignmentRecord[]): Promise<void> {
  const without = records.filter(({ status }) => status === 'no-face').map(({ path }) => path);
  await replace(join(output, MANIFEST), lines(records.map((record) => JSON.stringify(record))));
  await replace(join(output, NO_FACE), lines(without));
}

const lines = (items: readonly string[]): string => items.map((item) => `${item}\n`).join('');

const replace = (path: string, text: string): Promise<void> =>
  guard(path, async () => {
    await writeFile(`${path}.tmp`, text);
    await rename(`${path}.tmp`, path);
  });

async function guard(path: string, write: (path: string) => Promise<void>): Promise<void> {
  try {
    await write(path);
  } catch (cause) {
    throw unwritable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function parse(line: string): AlignmentRecord | undefined {
  try {
    const record = JSON.parse(line) as AlignmentRecord | null;
    return typeof record?.path === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}
