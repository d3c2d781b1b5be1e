import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FormTimes, KernelCache } from './fastest-form.ts';

type Times = Readonly<Record<string, FormTimes>>;

/** Returns the path of the file that caches times of convolutions: `hm/kernels.json` in the user's cache folder. */
export const kernelCachePath = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hm', 'kernels.json');

/**
 * Caches times of convolutions on this kind of processor, with this version of ONNX Runtime and this number of threads,
 * in a file that all programs of a user share. If the file cannot be read or written, the only cost is measuring again.
 *
 * @param path a copy of such a file makes choices reproducible.
 */
export function kernelCache(threads: number | undefined, path = kernelCachePath()): KernelCache {
  const machine = `${cpus()[0]?.model ?? 'unknown'}, onnxruntime ${runtimeVersion()}, ${threads ?? 'all'} threads`;
  const readAll = async (): Promise<Record<string, Times>> => {
    try {
      const { readRegularText } = await import('@hm/tensor/files');
      return JSON.parse(await readRegularText(path));
    } catch {
      return {};
    }
  };
  return {
    read: async () => (await readAll())[machine] ?? {},
    async write(times) {
      const [all, { writeFileSafely }] = await Promise.all([readAll(), import('@hm/tensor/files')]);
      const content = JSON.stringify({ ...all, [machine]: { ...all[machine], ...times } }, null, 2);
      await mkdir(dirname(path), { recursive: true })
        .then(() => writeFileSafely(path, `${content}\n`))
        .catch(() => undefined);
    },
  };
}

function runtimeVersion(): string {
  try {
    const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as {
      version: string;
    };
    return version;
  } catch {
    return 'unknown';
  }
}
