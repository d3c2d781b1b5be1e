import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The package manager of package.json's `packageManager`, fetched by npm: a fresh clone has nothing else. */
const pnpm = ['npx', '--yes', 'pnpm@12'];

// ONNX Runtime's install script downloads CUDA libraries, which nothing here needs and closed networks refuse.
const environment = { ONNXRUNTIME_NODE_INSTALL: 'skip', TURBO_TELEMETRY_DISABLED: '1' };

// Ctrl-C reaches the program that runs, too: it decides what to finish, and this process waits for it.
process.on('SIGINT', () => {});

/** Runs a program in the repository's root with its output shown; true if it succeeded. */
export function run(command, ...options) {
  const { status, error } = spawnSync(command, options, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
    // Windows has npx as a script, which only a shell runs.
    shell: process.platform === 'win32' && command === 'npx',
  });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** Runs a stage under a heading; true if it succeeded. */
export function stage(title, command, ...options) {
  console.log(`\n== ${title}`);
  const succeeded = run(command, ...options);
  if (!succeeded) console.error(`\n${title} failed.`);
  return succeeded;
}

/** Installs what the lockfile says. */
export const install = () => stage('Install', ...pnpm, 'install', '--frozen-lockfile');

/** Runs a script of package.json. */
export const script = (title, name) => stage(title, ...pnpm, 'run', name);
