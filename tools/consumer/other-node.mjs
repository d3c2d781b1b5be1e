import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { succeed } from './execute.mjs';

/** The npm package that holds Node's binary for this machine. */
const carrier = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** Runs a script on another version of Node, installed from npm into a folder, and returns its exit status. */
export function runOnNode(version, folder, script, options) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  succeed(folder, 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `${carrier}@${version}`]);
  const programs = join(folder, 'node_modules', carrier, 'bin');
  // npm, npx and the programs of packages find `node` in PATH.
  const env = { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH}` };
  const { status, error } = spawnSync(join(programs, 'node'), [script, ...options], {
    stdio: 'inherit',
    env,
  });
  if (error) throw error;
  return status ?? 1;
}
