import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../testing.ts';
import { formatByName, prepareFile, prepareFolder, writeResult } from './output.ts';

const folder = temporaryFolder();
const path = (...parts: string[]) => join(folder.path, ...parts);
afterAll(folder.dispose);

it('a missing folder is made, and the file is not', async () => {
  await prepareFile(path('a/b/c.npy'));
  expect([existsSync(path('a/b')), existsSync(path('a/b/c.npy'))]).toEqual([true, false]);
  await prepareFolder(path('d/e'));
  expect(existsSync(path('d/e'))).toBe(true);
});

it('what stands in the way is told before any work', async () => {
  writeFileSync(path('file'), 'x');
  await expect(prepareFile(path('file/c.npy'))).rejects.toMatchObject({ code: 'unavailable' });
  await expect(prepareFile(folder.path)).rejects.toThrow(/a folder\. Fix: Name a file in it\./);
  await prepareFile(path('file'));
  expect(readFileSync(path('file'), 'utf8')).toBe('x');
});

it('a result whose folder has gone is kept, and the error says where', async () => {
  mkdirSync(path('gone'));
  await prepareFile(path('gone/result.json'));
  rmSync(path('gone'), { recursive: true });
  const error = await writeResult(path('gone/result.json'), '{}').catch((reason: unknown) => reason);
  const { kept } = (error as { fields: { kept: string } }).fields;
  expect(String(error)).toContain(`Fix: The result is kept: move ${kept} to`);
  expect(readFileSync(kept, 'utf8')).toBe('{}');
  rmSync(kept);
});

it('an ending that no form has is refused, with those that there are', () => {
  const endings = { '.md': 'markdown', '.html': 'page' };
  expect(formatByName('--out', 'a/b.HTML', endings)).toBe('page');
  expect(() => formatByName('--out', 'a/b.pdf', endings)).toThrow(/--out: .* in \.md, \.html, got a\/b\.pdf/);
  expect(formatByName('--out', 'a.b/c', endings)).toBe('markdown');
  expect(formatByName('--out', '/dev/stdout', endings)).toBe('markdown');
});
