import { engine } from '@tensorflow/tfjs-core';

/** A tfjs backend that has been started and can compute. */
export interface StartedBackend {
  /** Name of the backend in tfjs. */
  name: string;
  /** Description of the engine: `TensorFlow 2.9 of @tensorflow/tfjs-node on the processor`. */
  description: string;
  /**
   * Runs `work` on this backend and makes the previous backend current again. `work` is synchronous, so nothing else
   * can run in between. If no backend was current before, this one stays current.
   */
  compute<T>(work: () => T): T;
  /** Checks the device. @throws {UnavailableError} if it has failed since the start: its results cannot be trusted. */
  check(): void;
}

/** {@link StartedBackend.compute} for a backend that needs nothing else. */
export function onBackend<T>(name: string, work: () => T): T {
  const previous = engine().backendName;
  if (previous === name) return work();
  // For a started backend, setBackend takes effect before its promise resolves.
  void engine().setBackend(name);
  try {
    return work();
  } finally {
    if (previous) void engine().setBackend(previous);
  }
}
