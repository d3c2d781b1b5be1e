import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../run-stage.mjs';
import { succeed } from './execute.mjs';
import { npmrc } from './npmrc.mjs';

const pnpm = (folder, options, variables) =>
  succeed(folder, 'npx', ['--yes', 'pnpm@12', ...options], variables);

/**
 * Releases a copy of this working tree, as the release workflow does: versions and changelogs from the changesets,
 * then packed and published. Gives the released versions by package.
 */
export function release(folder, registry) {
  copyRepository(folder);
  writeFileSync(join(folder, '.npmrc'), npmrc(registry));
  pnpm(folder, ['install', '--frozen-lockfile', '--prefer-offline']);
  pnpm(folder, ['exec', 'changeset', 'version']);
  const names = readdirSync(join(folder, 'packages'));
  checkVersions(folder, names);
  pnpm(folder, ['run', 'release', '--no-git-tag'], {
    'npm_config_@hm:registry': registry.url,
    GITHUB_SERVER_URL: 'https://example.com',
    GITHUB_REPOSITORY: 'some/one',
  });
  const released = Object.fromEntries(names.map((name) => [`@hm/${name}`, manifestOf(folder, name).version]));
  checkNextMinor(folder, names);
  return released;
}

/** A minor of every package at once makes a major of none: all peer ranges hold the next version. */
function checkNextMinor(folder, names) {
  const changes = names.map((name) => `"@hm/${name}": minor\n`).join('');
  writeFileSync(join(folder, '.changeset/next.md'), `---\n${changes}---\n\nSomething new.\n`);
  pnpm(folder, ['exec', 'changeset', 'version']);
  checkVersions(folder, names);
}

function copyRepository(folder) {
  const listed = succeed(root, 'git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  for (const file of listed.split('\0').filter((name) => name && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  for (const name of readdirSync(join(root, 'packages'))) {
    cpSync(join(root, 'packages', name, 'dist'), join(folder, 'packages', name, 'dist'), { recursive: true });
  }
  // changesets finds the root of a repository, and what it would compare with, by git.
  succeed(folder, 'git', ['init', '--quiet', '--initial-branch=main']);
}

function checkVersions(folder, names) {
  const left = readdirSync(join(folder, '.changeset')).filter((file) => file.endsWith('.md'));
  if (left.length > 0) throw new Error(`changesets left over: ${left.join(', ')}`);
  for (const name of names) {
    const { version } = manifestOf(folder, name);
    const changelog = join(folder, 'packages', name, 'CHANGELOG.md');
    const released = existsSync(changelog) && readFileSync(changelog, 'utf8').includes(`## ${version}\n`);
    if (!released) throw new Error(`@hm/${name} ${version} has no entry in its changelog`);
    if (/^[1-9]/.test(version))
      throw new Error(`@hm/${name} became ${version}: a peer range made it a major`);
  }
}

const manifestOf = (folder, name) =>
  JSON.parse(readFileSync(join(folder, 'packages', name, 'package.json'), 'utf8'));
