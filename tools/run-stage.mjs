import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The package manager named in package.json's `packageManager`, downloaded by npm: a fresh clone has nothing else. */
const pnpm = ['npx', '--yes', 'pnpm@12'];

// ONNX Runtime's install script downloads CUDA libraries, which are not needed here and which closed networks block.
const environment = { ONNXRUNTIME_NODE_INSTALL: 'skip', TURBO_TELEMETRY_DISABLED: '1' };

// Ctrl-C also reaches the running program. It decides what to finish, and this process waits for it.
process.on('SIGINT', () => {});

/** Runs a program in the repository's root and shows its output. Returns true if it succeeded. */
export function run(command, ...options) {
  const { status, error } = spawnSync(command, options, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
    // On Windows, npx is a script, which only a shell can run.
    shell: process.platform === 'win32' && command === 'npx',
  });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** Runs a stage under a heading. Returns true if it succeeded. */
export function stage(title, command, ...options) {
  console.log(`\n== ${title}`);
  const succeeded = run(command, ...options);
  if (!succeeded) console.error(`\n${title} failed.`);
  return succeeded;
}

/** Installs the dependencies from the lockfile. */
export const install = () => stage('Install', ...pnpm, 'install', '--frozen-lockfile');

/** Runs a script of package.json. */
export const script = (title, name) => stage(title, ...pnpm, 'run', name);
