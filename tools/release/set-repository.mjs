// Writes into every package where it comes from, as provenance wants it: the repository that the workflow runs in.
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
