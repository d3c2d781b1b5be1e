import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { leftEstimator, leftText } from './progress.ts';

it('estimates what is left once something was done', () => {
  let now = 100;
  const left = leftEstimator(() => now);
  expect(left(0, 10)).toBeUndefined();
  now = 104;
  expect(left(2, 10)).toBeCloseTo(16);
  expect(left(10, 10)).toBe(0);
});

it.each([
  [undefined, ''],
  [Number.POSITIVE_INFINITY, ''],
  [Number.NaN, ''],
  [0.4, ' | 0 s left'],
  [125, ' | 2 min 5 s left'],
  [7380, ' | 2 h 3 min left'],
])('%s seconds: %j', (seconds, text) => expect(leftText(seconds)).toBe(text));

it('a bar has one estimate, which is never infinite, and moves at the first step', () => {
  const module = JSON.stringify(fileURLToPath(new URL('../../dist/output/progress.js', import.meta.url)));
  const program = `
    Object.defineProperty(process.stderr, 'isTTY', { value: true });
    const { progress } = await import(${module});
    const line = progress('embedding');
    for (const done of [0, 1, 2]) {
      line.update(done, 2, 'loss 1.000');
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    line.stop();`;
  const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  expect(stderr).toContain('0/2');
  expect(stderr).toMatch(/1\/2 \| \d s left loss 1\.000/);
  expect(stderr).not.toMatch(/NF|NaN|left[^|]*\| [^|]*left/);
});
