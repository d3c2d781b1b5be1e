// `pnpm consumers [PACKAGE…] [--manager npm|pnpm]`: releases a copy of this tree, changesets and all, to a registry on
// this machine, then installs each package alone in programs outside the repository: modules, CommonJS, TypeScript.
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, script } from '../run-stage.mjs';
import { checkMessages } from './check-messages.mjs';
import { checkPackage } from './check-package.mjs';
import { Project } from './project.mjs';
import { release } from './release.mjs';
import { startVerdaccio } from './verdaccio.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { manager: { type: 'string', multiple: true, default: ['npm', 'pnpm'] } },
});
const names = positionals.length > 0 ? positionals : readdirSync(join(root, 'packages'));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hm-consumers-')));

function* consumers(registry) {
  for (const name of names) {
    for (const manager of values.manager) {
      const project = new Project(join(folder, `${name}-${manager}`), registry);
      checkPackage(project, manager, name);
      yield [`@hm/${name}, ${manager}`, project.problems];
    }
  }
  yield ['messages', checkMessages(folder, registry)];
}

async function main() {
  const registry = await startVerdaccio(join(folder, 'verdaccio'));
  try {
    console.log(JSON.stringify(release(join(folder, 'repository'), registry)));
    let failed = 0;
    for (const [title, problems] of consumers(registry)) {
      console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${title}`);
      for (const problem of problems) console.error(problem);
      failed += problems.length;
    }
    process.exitCode = failed === 0 ? 0 : 1;
  } finally {
    registry.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (script('Build', 'build')) await main();
else process.exitCode = 1;
