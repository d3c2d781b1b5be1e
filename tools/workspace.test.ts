import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');
const packages = readdirSync(path('packages'));

describe.each(packages)('packages/%s', (name) => {
  const manifest = JSON.parse(read(`packages/${name}/package.json`));

  it('is published under its folder’s name, as a module with types, for Node 20.19', () => {
    expect(manifest.name).toBe(`@hm/${name}`);
    expect(manifest).toMatchObject({ type: 'module', license: 'MIT', engines: { node: '>=20.19' } });
    expect(manifest.private).toBeUndefined();
    expect(manifest.publishConfig).toEqual({ access: 'public' });
    expect(manifest.keywords.length).toBeGreaterThan(3);
    expect(typeof manifest.sideEffects).toBe('boolean');
    for (const [entry, target] of Object.entries<string | Record<string, string>>(manifest.exports)) {
      if (!entry.endsWith('.json')) expect(Object.keys(target)).toEqual(['types', 'default']);
    }
  });

  it('has a README, which the package contains', () => {
    expect(existsSync(path(`packages/${name}/README.md`))).toBe(true);
    expect(manifest.files).toContain('README.md');
  });
});

// A formatter that takes front matter for a heading leaves files that nothing can be released from.
it('every changeset names packages and the kind of change', () => {
  for (const file of readdirSync(path('.changeset')).filter((name) => name.endsWith('.md'))) {
    expect(read(`.changeset/${file}`), file).toMatch(
      /^---\n(['"]@hm\/[a-z]+['"]: (patch|minor|major)\n)+---\n\n\S/,
    );
  }
});

// A tag can be moved to other code; a commit cannot.
it('every action of the workflows is pinned to a commit', () => {
  const files = readdirSync(path('.github/workflows')).map((file) => read(`.github/workflows/${file}`));
  const actions = files.flatMap((text) => [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action!));
  expect(actions.length).toBeGreaterThan(5);
  expect(actions.filter((action) => !/@[0-9a-f]{40} # v\d/.test(action))).toEqual([]);
});
