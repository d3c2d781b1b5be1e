import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const cache = mkdtempSync(join(tmpdir(), 'hm-no-tfjs-'));
afterAll(() => rmSync(cache, { recursive: true }));

/** Opens the recognizer and looks for a face in a gray picture, in a process whose loader tells of tfjs. */
const program = `
import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(\`
  import { writeSync } from 'node:fs';
  export async function load(url, context, next) {
    if (url.includes('tfjs-core')) writeSync(1, 'tfjs ');
    return next(url, context);
  }\`));
const { openRecognizer } = await import('@hm/recognize');
const recognizer = await openRecognizer();
const gray = { pixels: new Uint8Array(90 * 90 * 3).fill(99), width: 90, height: 90 };
console.log((await recognizer.faces(gray)).length);
await recognizer.release();
`;
const run = () =>
  execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
    cwd: new URL('..', import.meta.url),
    env: { ...process.env, HM_CACHE: cache },
    encoding: 'utf8',
  }).trim();

test('tfjs is loaded to trace the networks once, and never again', () => {
  expect(run()).toMatch(/^tfjs .*0$/);
  expect(run()).toBe('0');
});
