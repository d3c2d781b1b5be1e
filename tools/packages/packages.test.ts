import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, describe, expect, it } from 'vitest';
import { pack } from './pack.ts';
import { sizeBudgets } from './size-budgets.ts';

const names = readdirSync(fileURLToPath(new URL('../../packages', import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'hm-packed-'));
const tarballs = pack(folder);
afterAll(() => rmSync(folder, { recursive: true }));

/** What these packages do not serve: `tools/docs/decisions/modules-only.md`. */
const notServed = ['node10', 'node16-cjs'];

/** What is wrong with a tarball's types for programs that are modules. */
async function typeProblems(tarball: Uint8Array): Promise<unknown[]> {
  const result = await checkPackage(createPackageFromTarballData(tarball));
  if (result.types === false) return ['it has no types'];
  return result.problems.filter(
    (problem) => !('resolutionKind' in problem && notServed.includes(problem.resolutionKind)),
  );
}

async function manifestProblems({ buffer }: Uint8Array<ArrayBuffer>): Promise<(string | undefined)[]> {
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: buffer } });
  return messages.map((message) => formatMessage(message, pkg));
}

it('there is a size budget for each package, and for nothing else', () => {
  expect(Object.keys(sizeBudgets).sort()).toEqual([...names].sort());
});

describe.each(names)('@hm/%s, packed', (name) => {
  const tarball = tarballs(name);

  it('is what publint asks for', async () => {
    expect(await manifestProblems(tarball)).toEqual([]);
  });

  it('has types that every kind of import finds', async () => {
    expect(await typeProblems(tarball)).toEqual([]);
  });

  it('weighs no more than its budget', () => {
    expect(tarball.length / 1024).toBeLessThanOrEqual(sizeBudgets[name]!);
  });

  it('contains what it runs from, its README and its licence, and no tests', () => {
    const files = createPackageFromTarballData(tarball).listFiles();
    const paths = files.map((file) => file.slice(`/node_modules/@hm/${name}/`.length));
    expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/index.js']));
    expect(
      paths.filter(
        (path) =>
          !/^(LICENSE|README\.md|package\.json|recipe\.schema\.json|dist\/.*\.(d\.ts|js))$/.test(path),
      ),
    ).toEqual([]);
    expect(paths.filter((path) => /\btest(ing)?\b/.test(path))).toEqual([]);
  });
});
