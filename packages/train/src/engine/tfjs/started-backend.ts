import { engine } from '@tensorflow/tfjs-core';

/** A backend of tfjs that has been started and can be computed on. */
export interface StartedBackend {
  /** By which tfjs knows it. */
  name: string;
  /** Description of the engine: `TensorFlow 2.9 of @tensorflow/tfjs-node on the processor`. */
  description: string;
  /**
   * Computes on it. The backend that was current is current again afterwards, and nothing else can run in between, as
   * `work` may not wait. Where none was current, this one stays.
   */
  compute<T>(work: () => T): T;
  /** @throws {UnavailableError} if the device has failed since it was started: its results are not to be trusted. */
  check(): void;
}

/** {@link StartedBackend.compute} of a backend that needs nothing else. */
export function onBackend<T>(name: string, work: () => T): T {
  const previous = engine().backendName;
  if (previous === name) return work();
  // A backend that has been started is current as soon as setBackend has returned its promise.
  void engine().setBackend(name);
  try {
    return work();
  } finally {
    if (previous) void engine().setBackend(previous);
  }
}
