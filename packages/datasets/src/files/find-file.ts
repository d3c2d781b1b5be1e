import { existsSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { unsafeName } from './entry-name.ts';

/**
 * A path that a list gives, below its root and with `/` between: lists are written on other systems too, and with whole
 * paths.
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

/** The file that a path below a root names, where letters with accents may be written as one sign or as two. */
export function findFile(root: string, path: string): string {
  const forms = [path, path.normalize('NFC'), path.normalize('NFD')].map((form) => join(root, form));
  return forms.find((form) => existsSync(form)) ?? forms[0]!;
}
