import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Packs every package as for publishing. Returns a function that reads a package's tarball by its folder's name. */
export function pack(folder: string): (name: string) => Uint8Array<ArrayBuffer> {
  const options = ['-r', '--filter', './packages/*', 'pack', '--pack-destination', folder];
  const { status, stdout, stderr } = spawnSync('npx', ['--yes', 'pnpm@12', ...options], {
    cwd: root,
    encoding: 'utf8',
    // On Windows, npx is a script, which only a shell can run.
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`pnpm pack failed:\n${stdout}${stderr}`);
  return (name) => new Uint8Array(readFileSync(join(folder, `hm-${name}-${version(name)}.tgz`)));
}

const version = (name: string): string =>
  JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')).version;
