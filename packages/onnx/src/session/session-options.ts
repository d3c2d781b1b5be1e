import type { HostDtype, OptionKinds } from '@hm/tensor/host';
import type { Provider } from './providers.ts';

/** How a session runs. */
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

/** What each of {@link SessionOptions} may be. */
export const sessionOptions: OptionKinds<SessionOptions> = {
  ...{ provider: 'string', deviceId: 'number', threads: 'number', profile: 'string' },
};

/** Name, element type and shape of an input or output; a string is a symbolic dimension. */
export interface ValueInfo {
  name: string;
  dtype: HostDtype;
  shape: readonly (number | string)[];
}
