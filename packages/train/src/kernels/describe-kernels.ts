import { fastestForm, kernelCache, kernelCachePath } from '@hm/onnx';

/** Which forms of convolutions were measured to be fastest on this processor. */
export interface MeasuredKernels {
  /** Path of the file with the times. */
  path: string;
  /** Number of ONNX Runtime's threads; undefined for one per core. */
  threads: number | undefined;
  /** Number of convolutions, and their gradients, that were measured. */
  measured: number;
  /** For each form, how many of them use it. */
  fastest: Readonly<Record<string, number>>;
}

/** Returns what `kernels: 'measured'` has found so far, for this processor and version of ONNX Runtime. */
export async function describeKernels(threads?: number): Promise<MeasuredKernels> {
  const times = Object.values(await kernelCache(threads).read());
  const fastest: Record<string, number> = {};
  for (const each of times) {
    const form = fastestForm(each);
    fastest[form] = (fastest[form] ?? 0) + 1;
  }
  return { path: kernelCachePath(), threads, measured: times.length, fastest };
}
