import { readFileSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { basename } from 'node:path';

/** Signals that ask a program to end: Ctrl-C, a shutdown, a closed terminal, and those of mpirun and batch systems. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;
type Cause = (typeof SIGNALS)[number] | 'SIGPIPE';

/** Handle of work that stops cleanly when it is interrupted. */
export interface Interrupt {
  /** Aborted by the first signal, or when nobody can read the output any more. A second signal ends the process. */
  readonly signal: AbortSignal;
  /** Exit status after an interruption: 128 plus the signal's number, as in a shell (130 after Ctrl-C). */
  readonly status: number;
  /** Removes the signal handlers; call it when the work is done. */
  release(): void;
}

/** Milliseconds in which a repeated signal counts as the same one: npm forwards what the terminal has already sent. */
const ECHO = 100;
/** Milliseconds that a blocked read may keep the process alive after its work. */
const GRACE = 3000;

let underway: ((cause: Cause) => void) | undefined;

/** Makes signals, and an output that nobody reads, stop the work cleanly instead of at once. */
export function stopOnInterrupt(tell: (line: string) => void): Interrupt {
  const controller = new AbortController();
  let first: { cause: Cause; at: number } | undefined;
  const stop = (cause: Cause) => {
    // A closed terminal sends its signal more than once, and an output without a reader fails on every line.
    const again = cause === 'SIGHUP' || cause === 'SIGPIPE';
    if (first && !again && performance.now() - first.at > ECHO) endAtOnce(cause);
    if (first) return;
    first = { cause, at: performance.now() };
    controller.abort();
    tell('Finishing the step and writing a checkpoint; once more to quit at once.');
  };
  const names = hangupIgnored() ? SIGNALS.filter((name) => name !== 'SIGHUP') : SIGNALS;
  for (const name of names) process.on(name, stop);
  underway = stop;
  return {
    signal: controller.signal,
    get status() {
      return 128 + constants.signals[first?.cause ?? 'SIGINT'];
    },
    release() {
      for (const name of names) process.off(name, stop);
      underway = undefined;
      if (first) setTimeout(endAtOnce, GRACE, first.cause).unref();
    },
  };
}

/** Uses the default action of the signal: `process.exit` would wait for a thread that reads a pipe without a writer. */
function endAtOnce(cause: Cause): void {
  process.removeAllListeners(cause);
  process.kill(process.pid, cause === 'SIGPIPE' ? 'SIGKILL' : cause);
}

/** Handles a write error of stdout or stderr: interruptible work stops cleanly, anything else ends at once. */
export function outputFailed({ code }: NodeJS.ErrnoException): void {
  // Under nohup the process continues without output when the terminal is gone.
  if (code === 'EIO' && hangupIgnored()) return;
  const cause = code === 'EIO' ? 'SIGHUP' : 'SIGPIPE';
  if (underway) underway(cause);
  else process.exit(code === 'EPIPE' || code === 'EIO' ? 128 + constants.signals[cause] : 1);
}

/** Makes `nohup` work: Node resets ignored signals at startup, and a closed terminal would end the process. */
export function heedNohup(): void {
  if (hangupIgnored()) process.on('SIGHUP', () => {});
}

let ignored: boolean | undefined;

/** True if the process was started under `nohup`: `$_` says so, or its traces do, or the parent also ignores SIGHUP. */
function hangupIgnored(): boolean {
  ignored ??= basename(process.env._ ?? '') === 'nohup' || hasMarks();
  return ignored;
}

function hasMarks(): boolean {
  try {
    const stdin = readlinkSync('/proc/self/fd/0');
    const flags = Number.parseInt(/flags:\s*(\d+)/.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))![1]!, 8);
    // nohup replaces a terminal as stdin with a file that cannot be read.
    if (stdin === '/dev/null' && (flags & 3) === 1) return true;
    if (basename(readlinkSync('/proc/self/fd/1')) === 'nohup.out') return true;
    const mask = /SigIgn:\s*([0-9a-f]+)/.exec(readFileSync(`/proc/${process.ppid}/status`, 'utf8'))![1]!;
    return Number.parseInt(mask.at(-1)!, 16) % 2 === 1;
  } catch {
    // There is no /proc, or the parent belongs to another user.
    return false;
  }
}
