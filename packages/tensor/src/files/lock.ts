import { rmSync } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkArguments } from '../check/check-options.ts';
import { UnavailableError } from '../errors.ts';
import { type Owner, ownerOf, ownerText, stateOf } from './owner.ts';
import { notWritable } from './write-file-safely.ts';

/** The exclusive right to write somewhere, held by one process at a time. */
export interface Lock {
  /** Releases the lock. It is also released when the process ends, however it ends. */
  release(): Promise<void>;
}

/**
 * Makes this process the only one that works in a folder, which is created if it does not exist. A lock that a killed
 * process of this machine held counts as free.
 *
 * @throws {UnavailableError} if another process holds the lock (`fields`: `host`, `pid`, `since`, `lock`), or the
 * folder cannot be written.
 * @example
 * const lock = await lockFolder('runs/hm-arcface');
 * try {
 *   await work();
 * } finally {
 *   await lock.release();
 * }
 */
export const lockFolder = async (folder: string): Promise<Lock> => {
  checkArguments('lockFolder', { folder }, { folder: 'string' });
  return hold(folder, folder, '.@');
};

/** Does the same as {@link lockFolder} for one file, whose folder is created if it does not exist. */
export const lockFile = async (path: string): Promise<Lock> => {
  checkArguments('lockFile', { path }, { path: 'string' });
  return hold(path, dirname(path), `.${basename(path).slice(0, 40)}@`);
};

const LOCK = '.lock';

/** Milliseconds between checks for other claims, and the number of checks. */
const PAUSE = 50;
const LOOKS = 100;

/**
 * To take the lock, a process creates a claim: a file of its own, named after itself. It has the lock once no other
 * living process has a claim there. If two start at the same time, both see the other's claim: the later one removes
 * its own, the earlier one waits for that. No claim is ever replaced, and the names of dead processes are never reused,
 * so removing their claims is safe.
 */
async function hold(path: string, folder: string, prefix: string): Promise<Lock> {
  const own = join(folder, `${prefix}${ownerText()}${LOCK}`);
  await claim(folder, own).catch((cause) => {
    throw notWritable(path, cause);
  });
  held.add(own);
  const release = async () => {
    held.delete(own);
    await rm(own, { force: true });
  };
  try {
    await untilAlone(path, own, () => claims(folder, prefix));
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

async function claim(folder: string, own: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await (await open(own, 'wx')).close();
}

const held = new Set<string>();
process.on('exit', () => {
  for (const path of held) rmSync(path, { force: true });
});

interface Claim {
  path: string;
  owner: Owner;
  elsewhere: boolean;
  /** Creation time, by the clock of the machine that has the folder. */
  made: bigint;
}

/** Returns the claims of living processes, oldest first, and removes those of dead ones. */
async function claims(folder: string, prefix: string): Promise<Claim[]> {
  const found: Claim[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith(LOCK)) continue;
    const owner = ownerOf(name.slice(prefix.length, -LOCK.length));
    if (owner === undefined) continue;
    const path = join(folder, name);
    const state = stateOf(owner);
    if (state === 'gone') await rm(path, { force: true });
    // A claim that is removed in the meantime does not count.
    const there = await stat(path, { bigint: true }).catch(() => undefined);
    if (there) found.push({ path, owner, elsewhere: state === 'elsewhere', made: there.mtimeNs });
  }
  return found.sort((a, b) => (a.made < b.made || (a.made === b.made && a.path < b.path) ? -1 : 1));
}

async function untilAlone(path: string, own: string, look: () => Promise<Claim[]>): Promise<void> {
  for (let looks = 1; ; looks++) {
    const [first, second] = await look();
    const isFirst = first?.path === own;
    if (isFirst && second === undefined) return;
    const other = isFirst ? second : first;
    if (other === undefined) throw notWritable(path, new Error(`${own} was removed`));
    if (!isFirst || looks === LOOKS) throw taken(path, other);
    await delay(PAUSE);
  }
}

function taken(path: string, { owner, elsewhere, path: lock, made }: Claim): UnavailableError {
  const since = new Date(Number(made / 1_000_000n)).toISOString();
  const own = owner.pid === process.pid && !elsewhere;
  const host = decodeURIComponent(owner.host);
  const who = own ? 'this process itself' : `process ${owner.pid} on ${host}`;
  return new UnavailableError({
    where: path,
    expected: 'that no other process works there',
    received: `${who}, which has done so since ${since}`,
    fix: elsewhere
      ? `Wait for it to end or choose another place; if it no longer runs on ${host}, remove ${lock}.`
      : 'Wait for it to end, stop it, or choose another place.',
    fields: { path, host, pid: owner.pid, since, lock },
  });
}
