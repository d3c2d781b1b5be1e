/**
 * Measures the seconds from the start of Node to the first verdict on two photographs.
 *
 *   node tools/bench/first-verdict.mjs a.jpg b.jpg [--rounds 5]
 */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
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

const rounds = Array.from({ length: Number(values.rounds) }, () => {
  const started = performance.now();
  execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd });
  return (performance.now() - started) / 1000;
});
const median = rounds.toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)];
console.log(`median ${median.toFixed(2)} s (${rounds.map((value) => value.toFixed(2)).join(', ')})`);
