import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = new Set<string>();

/** The packages that a built module needs before it runs; what is imported when a command runs is not among them. */
function packagesOf(file: URL): string[] {
  if (read.has(file.href)) return [];
  read.add(file.href);
  const names = [...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b.*?["']([^"']+)["'];?$/gm)].map(
    ([, name]) => name!,
  );
  return names.flatMap((name) => (name.startsWith('.') ? packagesOf(new URL(name, file)) : [name]));
}

it('hm --help loads what reads the command line, and nothing that works', () => {
  const packages = new Set(packagesOf(new URL('../dist/hm.js', import.meta.url)));
  expect(read.size).toBeGreaterThan(20);
  expect([...packages].filter((name) => !name.startsWith('node:')).sort()).toEqual([
    '@commander-js/extra-typings',
    '@hm/tensor/files',
    '@hm/tensor/host',
  ]);
});
