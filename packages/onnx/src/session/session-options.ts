import type { HostDtype, OptionKinds } from '@hm/tensor/host';
import type { Provider } from './provider.ts';

/** Options of a session. */
export interface SessionOptions {
  /** Default `cpu`. A provider that is not there is an error, never replaced by another. */
  provider?: Provider;
  /** Which of several devices, with `cuda` and `dml`. Default 0. */
  deviceId?: number;
  /** Threads inside one operator on the CPU. Default: ONNX Runtime's choice, one per core; fewer in a browser. */
  threads?: number;
  /**
   * Writes ONNX Runtime's own profile, a JSON trace, to `<prefix>_<time>.json` when the session is released. Not in a
   * browser.
   */
  profile?: string;
}

/** Types of the members of {@link SessionOptions}. */
export const sessionOptions: OptionKinds<SessionOptions> = {
  ...{ provider: 'string', deviceId: 'number', threads: 'number', profile: 'string' },
};

/** How a session for inference runs. */
export interface InferenceOptions extends SessionOptions {
  /**
   * How 3×3 convolutions with stride 1 are computed on the CPU in runs of eight images or more, once 512 images have come in
   * such runs. `measured`: each in the form that is fastest on this processor, as it stands or by Winograd's minimal filtering,
   * which changes results by less than 1e-5 of the largest; what was measured is kept for the next program. On two to four
   * threads, a network that computes every image by itself is then held once for each thread, and takes its part of the batch
   * there. `direct`: as they stand, on all threads together. Default `measured`.
   */
  convolutions?: 'direct' | 'measured';
}

/** Types of the members of {@link InferenceOptions}. */
export const inferenceOptions: OptionKinds<InferenceOptions> = {
  ...sessionOptions,
  convolutions: { oneOf: ['direct', 'measured'] },
};

/** Name, element type and shape of an input or output; a string is a symbolic dimension. */
export interface ValueInfo {
  name: string;
  dtype: HostDtype;
  shape: readonly (number | string)[];
}
