import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

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

test('loads no tfjs', () => {
  const told = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });
  expect(told.trim()).toBe('0');
});
