import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';

/** A process, told by the name of a file that it made. */
export interface Owner {
  host: string;
  /** Tells apart machines, their boots and their containers. */
  place: string;
  pid: number;
  /** When the process began, in whatever unit the system has: a number is used again, with another beginning. */
  start: string;
}

const PATTERN = /^([\w.%~-]+)_([\w-]*)_(\d+)_(\w*)_\d+-\d+$/;

let count = 0;
let own: Owner | undefined;

/** A text for a file's name that says who made it, and that no other file has. */
export function ownerText(): string {
  own ??= self();
  const { host, place, pid, start } = own;
  return `${host}_${place}_${pid}_${start}_${threadId}-${++count}`;
}

/** Who wrote the text; undefined if nobody can have. */
export function ownerOf(text: string): Owner | undefined {
  const [, host, place, pid, start] = PATTERN.exec(text) ?? [];
  return host === undefined ? undefined : { host, place: place!, pid: Number(pid), start: start! };
}

/** Whether the process runs; `elsewhere` if this one cannot know. */
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

/** On Linux the machine's boot and the namespace of process numbers, which each container has for itself. */
function placeOf(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return `${boot}-${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''}`;
  } catch {
    // Other systems say nothing of the kind; there a process is known by its number and its beginning.
    return '';
  }
}

const bootOf = (place: string) => place.split('-')[0];

/** When a process began; `ended` for one that is dead and not yet taken note of; undefined where nothing says it. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // The name before it may hold anything, the last bracket ends it: state, then 18 numbers, then the beginning.
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
