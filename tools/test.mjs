// Run by `npm test`: installs, builds, lints, checks types, tests. The last line of output is the count of tests.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install, script, stage } from './run-stage.mjs';

const folder = mkdtempSync(join(tmpdir(), 'hm-test-'));
const report = join(folder, 'vitest.json');

function test() {
  const vitest = ['run', '--config', 'tools/vitest.config.ts', '--maxWorkers=2'];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return stage('Test', process.execPath, 'node_modules/vitest/vitest.mjs', ...vitest, ...reporters);
}

/** Counts the tests. A stage that fails before them, or a test file that cannot be loaded, counts as one failure. */
function count(succeeded) {
  const { passed = 0, failed = 0, skipped = 0 } = readReport();
  return { passed, failed: succeeded ? failed : Math.max(failed, 1), skipped };
}

function readReport() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch {
    return {};
  }
}

const succeeded =
  install() && script('Build', 'build') && script('Lint', 'lint') && script('Types', 'typecheck') && test();
const { passed, failed, skipped } = count(succeeded);
rmSync(folder, { recursive: true, force: true });
process.exitCode = succeeded && failed === 0 && passed > 0 ? 0 : 1;
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
