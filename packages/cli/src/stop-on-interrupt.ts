/** Exit status of a program that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** A signal that the first Ctrl-C raises; the second ends the process. Call `release` when the work is over. */
export function stopOnInterrupt(tell: (line: string) => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
    tell('Finishing the step and writing a checkpoint; once more to quit at once.');
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: controller.signal,
    release: () => process.off('SIGINT', stop).off('SIGTERM', stop),
  };
}
