/** Exit status of a program that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** What ends a program in good time: Ctrl-C, a shutdown, and what mpirun and batch systems hand on as a warning. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGUSR2'] as const;

/** A signal that the first Ctrl-C raises; the second ends the process. Call `release` when the work is over. */
export function stopOnInterrupt(tell: (line: string) => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
    tell('Finishing the step and writing a checkpoint; once more to quit at once.');
  };
  for (const name of SIGNALS) process.on(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}
