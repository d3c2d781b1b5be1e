import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';

/** A process, identified by the name of a file that it created. */
export interface Owner {
  host: string;
  /** Distinguishes machines, their boots and their containers. */
  place: string;
  pid: number;
  /** When the process started, in the system's own unit. Process numbers are reused, but with a different start. */
  start: string;
}

const PATTERN = /^([\w.%~-]+)_([\w-]*)_(\d+)_(\w*)_\d+-\d+$/;

let count = 0;
let own: Owner | undefined;

/** Returns a unique text for a file name that says which process created the file. */
export function ownerText(): string {
  own ??= self();
  const { host, place, pid, start } = own;
  return `${host}_${place}_${pid}_${start}_${threadId}-${++count}`;
}

/** Parses a text made by `ownerText`; undefined if it cannot be one. */
export function ownerOf(text: string): Owner | undefined {
  const [, host, place, pid, start] = PATTERN.exec(text) ?? [];
  return host === undefined ? undefined : { host, place: place!, pid: Number(pid), start: start! };
}

/** Returns whether the process is running; `elsewhere` if this process cannot know. */
export function stateOf({ host, place, pid, start }: Owner): 'running' | 'gone' | 'elsewhere' {
  own ??= self();
  if (host !== own.host) return 'elsewhere';
  if (place !== own.place) return bootOf(place) === bootOf(own.place) ? 'elsewhere' : 'gone';
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'gone';
  }
  const begun = startOf(pid);
  return begun === undefined || begun === start ? 'running' : 'gone';
}

const self = (): Owner => ({
  host:
    encodeURIComponent(hostname())
      .replaceAll(/[!*'()]/g, '-')
      .slice(0, 64) || 'localhost',
  place: placeOf(),
  pid: process.pid,
  start: startOf(process.pid) ?? '',
});

/** On Linux: the machine's boot and the namespace of process numbers, of which each container has its own. */
function placeOf(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return `${boot}-${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''}`;
  } catch {
    // Other systems have nothing like it; there a process is identified by its number and start.
    return '';
  }
}

const bootOf = (place: string) => place.split('-')[0];

/** When a process started; `ended` for a dead one that is still listed (a zombie); undefined if it is unknown. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // The name before it may contain anything; the last bracket ends it. Then come the state, 18 numbers and the
      // start.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      return /[ZX]/.test(fields[0]!) ? 'ended' : fields[19];
    }
    if (process.platform === 'win32') return undefined;
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).replaceAll(
      /\W/g,
      '',
    );
  } catch {
    return undefined;
  }
}
