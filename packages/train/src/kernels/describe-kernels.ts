import { fastestForm, kernelCache, kernelCachePath } from '@hm/onnx';

/** What this processor's convolutions were measured to be fastest as. */
export interface MeasuredKernels {
  /** The file that holds the times. */
  path: string;
  /** With so many threads of ONNX Runtime; undefined for as many as there are cores. */
  threads: number | undefined;
  /** Convolutions, and their gradients, that were measured. */
  measured: number;
  /** For how many of them each form is taken. */
  fastest: Readonly<Record<string, number>>;
}

/** What `kernels: 'measured'` has found out on this processor with this ONNX Runtime, or nothing yet. */
export async function describeKernels(threads?: number): Promise<MeasuredKernels> {
  const times = Object.values(await kernelCache(threads).read());
  const fastest: Record<string, number> = {};
  for (const each of times) {
    const form = fastestForm(each);
    fastest[form] = (fastest[form] ?? 0) + 1;
  }
  return { path: kernelCachePath(), threads, measured: times.length, fastest };
}
