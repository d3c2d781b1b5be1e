import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const succeeds = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;

const probe = `hm-probe-${process.pid}`;
const canMakeHosts =
  succeeds('mpirun', '--version') &&
  succeeds('ip', 'netns', 'add', probe) &&
  succeeds('ip', 'netns', 'exec', probe, 'unshare', '--uts', 'true');
spawnSync('ip', ['netns', 'delete', probe]);
if (!canMakeHosts)
  console.log(
    'Not root, or no iproute2 or Open MPI: the test of two hosts is skipped (node tools/mpi/two-hosts.mjs).',
  );

test.skipIf(!canMakeHosts)('a run across two hosts is that of one process', { timeout: 60_000 }, () => {
  const script = fileURLToPath(new URL('two-hosts.mjs', import.meta.url));
  const result = JSON.parse(execFileSync(process.execPath, [script, '--json'], { encoding: 'utf8' }));
  expect(result.steps).toBe(20);
  expect(result.largestDifference).toBeLessThan(1e-4);
  for (const bytes of result.bytesSent) expect(bytes).toBeGreaterThan(1e4);
});
