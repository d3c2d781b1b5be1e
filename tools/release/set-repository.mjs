// Writes the repository in which the workflow runs into every package.json, as npm's provenance requires.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
if (!server || !name)
  throw new Error('Run by the release workflow: GITHUB_SERVER_URL and GITHUB_REPOSITORY.');

for (const folder of readdirSync('packages')) {
  const file = `packages/${folder}/package.json`;
  const repository = { type: 'git', url: `git+${server}/${name}.git`, directory: `packages/${folder}` };
  const manifest = { ...JSON.parse(readFileSync(file, 'utf8')), repository };
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}
