import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './run-stage.mjs';

const identity = ['-c', 'user.name=Copy', '-c', 'user.email=copy@example.com', '-c', 'commit.gpgsign=false'];

/**
 * Copies this working tree, without ignored files, into a folder as a new repository with one commit on `main`.
 *
 * @param {string} folder
 */
export function copyRepository(folder) {
  const listed = git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard');
  for (const file of listed.split('\0').filter((name) => name && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  git(folder, 'init', '--quiet', '--initial-branch=main');
  commitAll(folder);
}

/** @param {string} folder */
export function commitAll(folder) {
  git(folder, 'add', '--all');
  git(folder, ...identity, 'commit', '--quiet', '--message=Copy');
}

/**
 * @param {string} folder
 * @param {...string} options
 */
export const git = (folder, ...options) =>
  execFileSync('git', options, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
