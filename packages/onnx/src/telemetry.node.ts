import { isMainThread } from 'node:worker_threads';
import { UnavailableError } from '@hm/tensor/host';

/**
 * onnxruntime-node sends telemetry to its maker unless this variable is `1` when the process creates its first session:
 * it writes a device identifier below the home folder and uploads events. Any other value that the user has set leaves
 * it on.
 */
export const VARIABLE = 'ORT_DISABLE_TELEMETRY';

/** Returns an environment for a child process in which ONNX Runtime sends no telemetry, unless the user wants it to. */
export const quietEnvironment = (): NodeJS.ProcessEnv => ({ [VARIABLE]: '1', ...process.env });

/**
 * Switches telemetry off, unless the user has set the variable. It must be called before ONNX Runtime is loaded. The
 * library reads the environment of the process, of which a worker thread only has a copy, so a worker thread asks the
 * main thread.
 *
 * @throws {UnavailableError} if the main thread cannot be asked, and the variable is not set.
 */
export async function withoutTelemetry(): Promise<void> {
  const set = process.env[VARIABLE] !== undefined;
  process.env[VARIABLE] ??= '1';
  if (isMainThread) return;
  await setInMainThread().catch((cause: unknown) => {
    if (!set) throw notAnswered(cause);
  });
}

/** Waits while the main thread is waiting for another program; a long computation there is interrupted. */
async function setInMainThread(): Promise<void> {
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  session.connectToMainThread();
  // A pending request alone does not keep a thread alive until it is answered.
  const alive = setInterval(() => {}, 2 ** 30);
  try {
    const expression = `process.env.${VARIABLE} ??= '1'`;
    const { exceptionDetails } = await session.post('Runtime.evaluate', { expression });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
  } finally {
    clearInterval(alive);
    session.disconnect();
  }
}

const notAnswered = (cause: unknown) =>
  new UnavailableError({
    where: 'createSession',
    expected: 'the main thread to switch off the reports of ONNX Runtime before this worker loads it',
    received: cause instanceof Error ? cause.message : cause,
    fix: `Start the program with ${VARIABLE}=1 in the environment.`,
    cause,
  });
