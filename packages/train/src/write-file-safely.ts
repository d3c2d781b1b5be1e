import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UnavailableError } from '@hm/tensor/host';

/** What a file is called until it is whole. */
export const PARTIAL = '.partial';

/**
 * Writes a file that is either there as a whole or not at all, whenever the process or the machine stops: written under
 * another name, synced, renamed, and the folder synced.
 *
 * @throws {UnavailableError} if it cannot be written, such as on a full disk; what stood at `path` is untouched and
 * nothing is left behind.
 */
export async function writeFileSafely(path: string, bytes: Uint8Array): Promise<void> {
  const partial = path + PARTIAL;
  try {
    await sync(partial, 'w', bytes);
    await rename(partial, path);
    // Windows cannot sync a folder; NTFS journals the rename itself.
    if (process.platform !== 'win32') await sync(dirname(path), 'r');
  } catch (cause) {
    await rm(partial, { force: true });
    throw notWritable(path, bytes.byteLength, cause as NodeJS.ErrnoException);
  }
}

async function sync(path: string, flags: string, bytes?: Uint8Array): Promise<void> {
  const handle = await open(path, flags);
  try {
    if (bytes !== undefined) await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The error for a file that cannot be written. */
export const notWritable = (path: string, bytes: number, cause: NodeJS.ErrnoException) =>
  new UnavailableError({
    where: path,
    expected: `to write ${bytes} bytes`,
    received: cause.code === 'ENOSPC' ? 'a full disk (ENOSPC)' : cause.message,
    fix: 'Make room or choose another folder, then resume: the checkpoints written before are whole.',
    fields: { path, bytes, code: cause.code },
    cause,
  });
