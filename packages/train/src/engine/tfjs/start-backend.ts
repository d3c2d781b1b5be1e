import type { TfjsBackend } from '../engine.ts';
import { startCpu } from './start-cpu.ts';
import { startTensorFlow } from './start-tensorflow.ts';
import { startWebGpu } from './start-web-gpu.ts';
import type { StartedBackend } from './started-backend.ts';

const starters: Record<TfjsBackend, () => Promise<StartedBackend>> = {
  tensorflow: startTensorFlow,
  webgpu: startWebGpu,
  cpu: startCpu,
};

/**
 * Loads a backend of tfjs and starts it; the current backend stays current.
 *
 * @throws {UnavailableError} if it is not installed or does not start, saying why and what to do.
 */
export const startBackend = (backend: TfjsBackend): Promise<StartedBackend> => starters[backend]();
