import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { versions } from './versions.ts';

/** Where and how a run was started. For information only: nothing is compared with it on resume. */
export interface RunEnvironment {
  versions: Record<string, string>;
  platform: string;
  /** Git revision of the working directory, if it is in a repository, and whether files differ from it. */
  git?: { revision: string; changed: boolean };
  /** Options of the `hm train` command that started the run. */
  command?: Readonly<Record<string, unknown>>;
}

/** Describes the environment of this process. */
export async function describeEnvironment(command?: RunEnvironment['command']): Promise<RunEnvironment> {
  const git = await gitRevision();
  return {
    versions: versions(),
    platform: `${process.platform} ${process.arch}`,
    ...(git && { git }),
    ...(command && { command }),
  };
}

async function gitRevision(): Promise<RunEnvironment['git'] | undefined> {
  try {
    const run = promisify(execFile);
    const { stdout: revision } = await run('git', ['rev-parse', 'HEAD']);
    const { stdout: changes } = await run('git', ['status', '--porcelain']);
    return { revision: revision.trim(), changed: changes.trim() !== '' };
  } catch {
    // There is no git or no repository, so there is no revision.
    return undefined;
  }
}
