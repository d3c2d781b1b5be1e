import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));

/** What a child process reports about its work. */
export interface Answer {
  done?: true;
  message?: string;
  code?: string;
  fields?: Record<string, unknown>;
}

/** Starts work in a child process, which lives until it is killed or the test ends. */
export async function inChild(...work: string[]): Promise<{ child: ChildProcess; answer: Answer }> {
  const child = fork(CHILD, work, { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(() => [{ message: 'ended' }]);
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [Answer];
  return { child, answer };
}

/** Ends a process as a crash would. */
export async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Creates a folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hm-files-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
