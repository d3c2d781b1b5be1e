import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { versions } from './versions.ts';

/** Where and how a run began; nothing that its weights are checked against. */
export interface RunEnvironment {
  versions: Record<string, string>;
  platform: string;
  /** Of the working directory, if it is in a git repository. */
  git?: { revision: string /** Whether files differ from it. */; changed: boolean };
  /** How the run was asked for: the options of `hm train`. */
  command?: Readonly<Record<string, unknown>>;
}

/** Describes this process. */
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
    // No git, or no repository: then there is no revision to tell.
    return undefined;
  }
}
