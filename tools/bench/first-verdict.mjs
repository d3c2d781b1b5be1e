/**
 * Seconds from starting Node to the first verdict on two photographs: with an empty cache, then with a full one.
 *
 *   node tools/bench/first-verdict.mjs a.jpg b.jpg [--rounds 5]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '5' } },
  allowPositionals: true,
});
if (positionals.length !== 2) {
  console.error('Name two photographs: node tools/bench/first-verdict.mjs a.jpg b.jpg [--rounds 5]');
  process.exit(1);
}
const photographs = positionals.map((path) => resolve(path));
const program = `
import { openRecognizer } from '@hm/recognize';
const recognizer = await openRecognizer();
const verdict = await recognizer.verify(...${JSON.stringify(photographs)});
console.log(verdict.same);
process.exit();
`;
const cwd = fileURLToPath(new URL('..', import.meta.url));

function seconds(cache) {
  const started = performance.now();
  const env = { ...process.env, HM_CACHE: cache };
  execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd, env });
  return (performance.now() - started) / 1000;
}

const [empty, full] = [[], []];
for (let round = 0; round < Number(values.rounds); round++) {
  const cache = mkdtempSync(join(tmpdir(), 'hm-cache-'));
  empty.push(seconds(cache));
  full.push(seconds(cache));
  rmSync(cache, { recursive: true });
}
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const tell = (name, list) =>
  console.log(
    `${name}: median ${median(list).toFixed(2)} s (${list.map((value) => value.toFixed(2)).join(', ')})`,
  );
tell('empty cache', empty);
tell('full cache', full);
