import { spawnSync } from 'node:child_process';

// ONNX Runtime's install script downloads CUDA libraries, which are not needed here and which closed networks block.
const environment = {
  ONNXRUNTIME_NODE_INSTALL: 'skip',
  NPM_CONFIG_LOGLEVEL: 'error',
  NPM_CONFIG_UPDATE_NOTIFIER: 'false',
};

/** Returns this process's environment without the variables of a package manager's script, for consumer programs. */
const inherited = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(config|package|lifecycle)_|NODE_(ENV|PATH)$)/i.test(name),
    ),
  );

/** Runs a program in a folder to its end. */
export function execute(folder, command, options, variables = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, options, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...inherited(), ...environment, ...variables },
    maxBuffer: 2 ** 26,
    // On Windows, npm and npx are scripts, which only a shell can run.
    shell: process.platform === 'win32' && command !== process.execPath,
  });
  return { status: error ? 1 : status, stdout: stdout ?? '', stderr: error?.message ?? stderr };
}

/** Runs a program that must succeed, and returns its stdout. */
export function succeed(folder, command, options, variables) {
  const { status, stdout, stderr } = execute(folder, command, options, variables);
  if (status === 0) return stdout;
  throw new Error(`${command} ${options.join(' ')} failed in ${folder}:\n${stdout}${stderr}`);
}
