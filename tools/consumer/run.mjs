// `pnpm consumers [CHECK…] [--manager npm|pnpm] [--node 26]`: releases a copy of this tree, including its changesets,
// to a registry on this machine. Then it installs each package alone in programs outside the repository and checks
// modules, CommonJS and TypeScript, a page in a browser, faulty installs, and Bun and Deno if they are in PATH. A check
// is a package's name, `page`, `messages`, `offline`, `runtimes` or `snapshot`. `--node` runs all this on another
// version of Node, which npm downloads.
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { root, script } from '../run-stage.mjs';
import { checkBrowser } from './check-browser.mjs';
import { checkMessages } from './check-messages.mjs';
import { checkOffline } from './check-offline.mjs';
import { checkPackage } from './check-package.mjs';
import { checkRuntimes } from './check-runtimes.mjs';
import { checkSnapshot } from './check-snapshot.mjs';
import { runOnNode } from './other-node.mjs';
import { Project } from './project.mjs';
import { release } from './release.mjs';
import { startVerdaccio } from './verdaccio.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    manager: { type: 'string', multiple: true, default: ['npm', 'pnpm'] },
    node: { type: 'string' },
  },
});
const others = {
  page: checkBrowser,
  messages: checkMessages,
  offline: checkOffline,
  runtimes: checkRuntimes,
  snapshot: checkSnapshot,
};
const checks =
  positionals.length > 0 ? positionals : [...readdirSync(join(root, 'packages')), ...Object.keys(others)];
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hm-consumers-')));

async function* problemsByTitle(registry) {
  for (const check of checks) {
    if (check in others) yield [check, await others[check](folder, registry)];
    else yield* packageProblems(check, registry);
  }
}

function* packageProblems(name, registry) {
  for (const manager of values.manager) {
    const project = new Project(join(folder, `${name}-${manager}`), registry);
    checkPackage(project, manager, name);
    yield [`@hm/${name}, ${manager}`, project.problems];
  }
}

async function main() {
  console.log(`Node ${process.version}`);
  const registry = await startVerdaccio(join(folder, 'verdaccio'));
  try {
    console.log(JSON.stringify(release(join(folder, 'repository'), registry)));
    let failed = 0;
    for await (const [title, problems] of problemsByTitle(registry)) {
      console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${title}`);
      for (const problem of problems) console.error(problem);
      failed += problems.length;
    }
    return failed === 0 ? 0 : 1;
  } finally {
    registry.stop();
  }
}

function mainOn(version) {
  const managers = values.manager.flatMap((manager) => ['--manager', manager]);
  return runOnNode(version, folder, fileURLToPath(import.meta.url), [...positionals, ...managers]);
}

try {
  if (values.node) process.exitCode = mainOn(values.node);
  else process.exitCode = script('Build', 'build') ? await main() : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
