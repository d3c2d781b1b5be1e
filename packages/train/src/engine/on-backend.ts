import { engine } from '@tensorflow/tfjs-core';

/**
 * Computes on a backend of tfjs that has been started; the one that was current is current again afterwards. Nothing
 * else can run in between, as `compute` may not wait. Where none was current yet, this one stays.
 */
export function onBackend<T>(name: string, compute: () => T): T {
  const previous = engine().backendName;
  if (previous === name) return compute();
  // A backend that has been started is current as soon as setBackend has returned its promise.
  void engine().setBackend(name);
  try {
    return compute();
  } finally {
    if (previous) void engine().setBackend(previous);
  }
}
