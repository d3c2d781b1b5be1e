import { realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { InvalidDataError } from '@hm/tensor/host';

/**
 * Refuses files that lie outside a folder: names from lists and links in folders must not lead elsewhere.
 *
 * @returns a function that takes a path below the root and throws {@link InvalidDataError} if it leads out of it. A
 * path that does not exist passes; opening it will report that.
 */
export function insideRoot(root: string): (path: string) => void {
  const base = realOrUndefined(root);
  return (path) => {
    const target = realOrUndefined(path);
    if (base === undefined || target === undefined || relative(base, target).split(sep)[0] !== '..') return;
    throw new InvalidDataError({
      where: path,
      expected: `a file inside ${root}`,
      received: `a link to ${target}`,
      fix: 'Copy the target into the folder, or open the folder that holds both.',
      fields: { path, target, reason: 'leads out of the root' },
    });
  };
}

function realOrUndefined(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
