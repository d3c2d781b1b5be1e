import { inspect } from 'node:util';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { HmError } from '@hm/tensor/host';
import { nameOf } from './command.ts';
import { inCommandWords, optionsOf } from './command-words.ts';
import { tell } from './output/print.ts';

/**
 * Prints an error to stderr. An {@link HmError} is printed in terms of the command line and without its stack, a known
 * system error without its stack too. Any other error is a bug, so its stack is printed.
 */
export function reportError(error: unknown, command: CommandUnknownOpts, verbose: boolean): void {
  if (verbose) tell(inspect(error));
  else if (HmError.isInstance(error)) tell(inCommandWords(error, nameOf(command), optionsOf(command)));
  else if (isOfSystem(error)) tell(ofSystem(error, nameOf(command)));
  else tell(inspect(error));
}

/** System errors by code: what went wrong, and what to do. */
const SYSTEM: Readonly<Record<string, readonly [received: string, fix: string]>> = {
  EACCES: ['no permission', 'Check the permissions.'],
  EBUSY: ['in use by another program', 'Close that program.'],
  EDQUOT: ['no space left in the quota', 'Make room.'],
  EEXIST: ['it is there already', 'Choose another name.'],
  EFBIG: ['too large for the file system', 'Choose another file system.'],
  EISDIR: ['a folder in the place of a file', 'Name a file.'],
  ELOOP: ['a link that leads to itself', 'Remove the link.'],
  EMFILE: ['too many open files', 'Raise the limit: ulimit -n 4096.'],
  ENAMETOOLONG: ['a name that is too long', 'Choose a shorter name.'],
  ENOENT: ['no such file or folder', 'Check the path.'],
  ENOSPC: ['no space left', 'Make room.'],
  ENOTDIR: ['a file in the place of a folder', 'Check the path.'],
  ENOTEMPTY: ['a folder that is not empty', 'Choose another folder.'],
  EPERM: ['not permitted', 'Check the permissions.'],
  EROFS: ['a file system that cannot be written', 'Choose another folder.'],
  EADDRINUSE: ['a port that another program listens on', 'Choose another port.'],
};

const isOfSystem = (error: unknown): error is NodeJS.ErrnoException & { code: string } =>
  error instanceof Error &&
  'syscall' in error &&
  Object.hasOwn(SYSTEM, String((error as { code?: unknown }).code));

function ofSystem(
  { code, path, message }: NodeJS.ErrnoException & { code: string },
  command: string,
): string {
  const [received, fix] = SYSTEM[code]!;
  return `${command}: expected ${path === undefined ? 'the system to allow it' : `to use ${path}`}, got ${received}${path === undefined ? ` (${message})` : ''}. Fix: ${fix}`;
}
