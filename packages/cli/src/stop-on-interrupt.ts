import { readFileSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { basename } from 'node:path';

/** What asks a program to end: Ctrl-C, a shutdown, a closed terminal, and what mpirun and batch systems hand on. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;
type Cause = (typeof SIGNALS)[number] | 'SIGPIPE';

/** Work that ends in good time. */
export interface Interrupt {
  /** Raised by the first signal, or when nobody can read the output any more. The second signal ends the process. */
  readonly signal: AbortSignal;
  /** Exit status of what was interrupted: 128 and the signal's number, as a shell has it; 130 after Ctrl-C. */
  readonly status: number;
  /** Call it when the work is over. */
  release(): void;
}

/** Milliseconds in which a signal that comes again is the same one: npm hands on what the terminal has sent already. */
const ECHO = 100;
/** Milliseconds that a read without an answer may keep the process after its work. */
const GRACE = 3000;

let underway: ((cause: Cause) => void) | undefined;

/** Lets signals, and an output that nobody reads, end the work in good time instead of at once. */
export function stopOnInterrupt(tell: (line: string) => void): Interrupt {
  const controller = new AbortController();
  let first: { cause: Cause; at: number } | undefined;
  const stop = (cause: Cause) => {
    // A closed terminal sends its signal more than once, and an output that is gone fails with every line.
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

/** By the signal's own effect: `process.exit` would wait for a thread that reads from a pipe without a writer. */
function endAtOnce(cause: Cause): void {
  process.removeAllListeners(cause);
  process.kill(process.pid, cause === 'SIGPIPE' ? 'SIGKILL' : cause);
}

/** What to do when stdout or stderr cannot be written: work that can stop in good time does, all else ends. */
export function outputFailed({ code }: NodeJS.ErrnoException): void {
  // With the terminal gone, whoever asked to go on without one goes on without output.
  if (code === 'EIO' && hangupIgnored()) return;
  const cause = code === 'EIO' ? 'SIGHUP' : 'SIGPIPE';
  if (underway) underway(cause);
  else process.exit(code === 'EPIPE' || code === 'EIO' ? 128 + constants.signals[cause] : 1);
}

/** Heeds `nohup`, which Node undoes as it starts: whoever is begun so outlives the terminal. */
export function heedNohup(): void {
  if (hangupIgnored()) process.on('SIGHUP', () => {});
}

let ignored: boolean | undefined;

/** Whether the process was begun with hangups ignored: the shell names `nohup`, or it left its marks, or the parent is so too. */
function hangupIgnored(): boolean {
  ignored ??= basename(process.env._ ?? '') === 'nohup' || hasMarks();
  return ignored;
}

function hasMarks(): boolean {
  try {
    const stdin = readlinkSync('/proc/self/fd/0');
    const flags = Number.parseInt(/flags:\s*(\d+)/.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))![1]!, 8);
    // Instead of a terminal, nohup gives a stdin that cannot be read.
    if (stdin === '/dev/null' && (flags & 3) === 1) return true;
    if (basename(readlinkSync('/proc/self/fd/1')) === 'nohup.out') return true;
    const mask = /SigIgn:\s*([0-9a-f]+)/.exec(readFileSync(`/proc/${process.ppid}/status`, 'utf8'))![1]!;
    return Number.parseInt(mask.at(-1)!, 16) % 2 === 1;
  } catch {
    // No /proc, or a parent that is another's: nothing says so.
    return false;
  }
}
