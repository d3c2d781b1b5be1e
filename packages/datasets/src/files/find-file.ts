import { existsSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { unsafeName } from './entry-name.ts';

/**
 * Converts a path from a list to one below its root, with `/` as separator. Lists may come from other systems and hold
 * absolute paths.
 *
 * @returns the path, or why it may not be used.
 */
export function pathInList(root: string, text: string): { path: string } | { fault: string } {
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(text)) return { fault: 'an address: download the file' };
  const whole = text.startsWith('/') ? relative(root, text).split(sep).join('/') : text;
  const path = posix.normalize(whole.replaceAll('\\', '/'));
  const fault = unsafeName(text.startsWith('/') && path.startsWith('..') ? text : path);
  return fault === undefined ? { path } : { fault };
}

/** Finds the file for a path below a root. Accented letters in its name may be stored as one character or as two. */
export function findFile(root: string, path: string): string {
  const forms = [path, path.normalize('NFC'), path.normalize('NFD')].map((form) => join(root, form));
  return forms.find((form) => existsSync(form)) ?? forms[0]!;
}
