import type { HostDtype, OptionKinds } from '@hm/tensor/host';
import type { Provider } from './provider.ts';

/** Options of a session. */
export interface SessionOptions {
  /**
   * Execution provider. Default `cpu`. A provider that is not available is an error, and is never replaced by another.
   */
  provider?: Provider;
  /** Number of the device, with `cuda` and `dml`. Default 0. */
  deviceId?: number;
  /**
   * Number of threads inside one operator on the CPU. Default: ONNX Runtime's choice, one per core; fewer in a browser.
   */
  threads?: number;
  /**
   * Prefix of the file for ONNX Runtime's own profile, a JSON trace: `<prefix>_<time>.json`, written when the session
   * is released. Not available in a browser.
   */
  profile?: string;
}

/** Types of the members of {@link SessionOptions}. */
export const sessionOptions: OptionKinds<SessionOptions> = {
  ...{ provider: 'string', deviceId: 'number', threads: 'number', profile: 'string' },
};

/** Options of a session for inference. */
export interface InferenceOptions extends SessionOptions {
  /**
   * How 3×3 convolutions with stride 1 are computed on the CPU in runs of eight images or more, once 512 images have
   * come in such runs:
   * - `measured`: each in the form that is fastest on this processor, directly or by Winograd's minimal filtering,
   *   which changes results by less than 1e-5 of the largest. Measurements are kept for the next program. On two to
   *   four threads, a network that computes every image independently is then held once for each thread, which computes
   *   its part of the batch.
   * - `direct`: as they are, on all threads together.
   *
   * Default `measured`.
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
