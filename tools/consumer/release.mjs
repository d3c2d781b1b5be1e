import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyRepository, git } from '../copy-repository.mjs';
import { root } from '../run-stage.mjs';
import { succeed } from './execute.mjs';
import { npmrc } from './npmrc.mjs';

const pnpm = (folder, options, variables) =>
  succeed(folder, 'npx', ['--yes', 'pnpm@12', ...options], variables);

/**
 * Releases a copy of this working tree, as the release workflow does: makes versions and changelogs from the
 * changesets, then packs and publishes. Returns the released versions by package.
 */
export function release(folder, registry) {
  copyRepository(folder);
  copyBuilds(folder);
  writeFileSync(join(folder, '.npmrc'), npmrc(registry));
  pnpm(folder, ['install', '--frozen-lockfile', '--prefer-offline']);
  releaseSnapshot(folder, registry);
  pnpm(folder, ['exec', 'changeset', 'version']);
  const names = readdirSync(join(folder, 'packages'));
  checkVersions(folder, names);
  publish(folder, registry);
  const released = Object.fromEntries(names.map((name) => [`@hm/${name}`, manifestOf(folder, name).version]));
  checkNextMinor(folder, names);
  return released;
}

/** Publishes a snapshot, as the manually started workflow does, and reverts its changes before the release. */
function releaseSnapshot(folder, registry) {
  pnpm(folder, ['exec', 'changeset', 'version', '--snapshot']);
  publish(folder, registry, '--tag', 'snapshot');
  git(folder, 'checkout', '--quiet', '.');
  git(folder, 'clean', '--quiet', '--force', 'packages');
}

const publish = (folder, registry, ...options) =>
  pnpm(folder, ['run', 'release', '--no-git-tag', ...options], {
    'npm_config_@hm:registry': registry.url,
    GITHUB_SERVER_URL: 'https://example.com',
    GITHUB_REPOSITORY: 'some/one',
  });

/** Checks that a minor release of all packages makes none of them a major: all peer ranges include the next version. */
function checkNextMinor(folder, names) {
  const changes = names.map((name) => `"@hm/${name}": minor\n`).join('');
  writeFileSync(join(folder, '.changeset/next.md'), `---\n${changes}---\n\nSomething new.\n`);
  pnpm(folder, ['exec', 'changeset', 'version']);
  checkVersions(folder, names);
}

/** Copies the builds, which a workflow makes before. */
function copyBuilds(folder) {
  for (const name of readdirSync(join(root, 'packages'))) {
    cpSync(join(root, 'packages', name, 'dist'), join(folder, 'packages', name, 'dist'), { recursive: true });
  }
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
