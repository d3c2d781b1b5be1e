import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { HmError } from '../errors.ts';
import { writeFileSafely } from './write-file-safely.ts';

/** What {@link cachedBytes} keeps. */
export interface CachedBytes {
  /** What the file's name begins with. */
  name: string;
  /** All that the bytes are made from: other text, other bytes. */
  madeFrom: string;
  /** Makes the bytes, where there are none. */
  make(): Promise<Uint8Array>;
}

/**
 * Bytes that are made once and then read from the user's cache folder (`HM_CACHE`, else where the system keeps such files).
 * The file carries its hash in its name, so that an altered copy is made again. A folder that cannot be written costs the
 * time of making them again, nothing else.
 *
 * @example
 * const model = await cachedBytes({ name: 'face', madeFrom: 'weights 1', make: async () => trace(network, inputs) });
 */
export async function cachedBytes({ name, madeFrom, make }: CachedBytes): Promise<Uint8Array> {
  const folder = cacheFolder();
  const prefix = `${name}-${sha256(new TextEncoder().encode(madeFrom)).slice(0, 12)}-`;
  const cached = await readCached(folder, prefix);
  if (cached !== undefined) return cached;
  const bytes = await make();
  try {
    await mkdir(folder, { recursive: true });
    await writeFileSafely(join(folder, `${prefix}${sha256(bytes)}`), bytes);
  } catch (error) {
    if (!HmError.isInstance(error) && !(error as NodeJS.ErrnoException).code) throw error;
  }
  return bytes;
}

async function readCached(folder: string, prefix: string): Promise<Uint8Array | undefined> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(prefix))) {
    const bytes = await readFile(join(folder, name)).catch(() => undefined);
    if (bytes !== undefined && name === `${prefix}${sha256(bytes)}`) return bytes;
  }
  return undefined;
}

function cacheFolder(): string {
  const { HM_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (HM_CACHE) return HM_CACHE;
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'hard-mining', 'Cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'hard-mining');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'hard-mining');
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
