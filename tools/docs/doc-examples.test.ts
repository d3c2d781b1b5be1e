import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { typeErrors } from '../type-check.ts';
import { modules } from './modules.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Values that examples speak of without making them. */
const GIVEN = new Set(
  `adas backbone batch beta bytes calibration canvas ce classEmbeddings context crossEntropy data detector devTest devTrain
  distances embedder embeddings epoch event face faces filter first fold folder gallery gamma graces gradients graph head height hm
  html ids image images inPairs input inputs labels lines localGradient losses million model options out pairs params people pixels
  preprocessing probes protocol quality recipe recognizer refuse result rightOfCe rightOfHm rng run same sample second size
  state step template test text third training updated values weight weightedMean weights width work wrong x`.split(
    /\s+/,
  ),
);

/** Types of those for which `any` would leave too much open. */
const TYPES: Readonly<Record<string, string>> = {
  params: "import('@hm/tensor').Params",
  gradients: "import('@hm/tensor').Params",
};

/** Names that come from elsewhere. */
const FOREIGN: Readonly<Record<string, string>> = {
  createRequire: "import { createRequire } from 'node:module';",
  dirname: "import { dirname } from 'node:path';",
  join: "import { join } from 'node:path';",
  readFile: "import { readFile } from 'node:fs/promises';",
  writeFile: "import { writeFile } from 'node:fs/promises';",
  Rank: "import type { Rank } from '@tensorflow/tfjs-core';",
  tf: "import * as tf from '@tensorflow/tfjs-core';",
};

const parse = (file: string, text: string) => ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);

/** What each module exports: for each name the file that it comes from, and whether it is but a type. */
const exported = new Map(
  modules.map(({ name, file }) => {
    const names = new Map<string, { from: string; isType: boolean }>();
    for (const statement of parse(file, readFileSync(file, 'utf8')).statements) {
      if (ts.isFunctionDeclaration(statement) && statement.name)
        names.set(statement.name.text, { from: file, isType: false });
      if (!ts.isExportDeclaration(statement) || !statement.exportClause) continue;
      if (!ts.isNamedExports(statement.exportClause)) continue;
      const specifier = (statement.moduleSpecifier as ts.StringLiteral | undefined)?.text ?? '';
      for (const element of statement.exportClause.elements)
        names.set(element.name.text, {
          from: join(file, '..', specifier),
          isType: element.isTypeOnly || statement.isTypeOnly,
        });
    }
    return [name, names] as const;
  }),
);

/** The modules in which an example's names are looked up: the one that exports its file, its package's, all others. */
function modulesFor(file: string): string[] {
  const own = modules.filter(({ file: entry }) =>
    entry.startsWith(join(root, ...file.split('/').slice(0, 2))),
  );
  const exporting = (name: string) =>
    [...exported.get(name)!.values()].some(({ from }) => from === join(root, file));
  const first = own.map(({ name }) => name).sort((a, b) => Number(exporting(b)) - Number(exporting(a)));
  return [...first, ...modules.map(({ name }) => name).filter((name) => !first.includes(name))];
}

/** Identifiers that an example uses but does not declare. */
function namesIn(code: string): Set<string> {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node) => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isMember =
        (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name === node;
      const isDeclared =
        (ts.isVariableDeclaration(parent) ||
          ts.isBindingElement(parent) ||
          ts.isParameter(parent) ||
          ts.isFunctionDeclaration(parent) ||
          ts.isImportSpecifier(parent)) &&
        parent.name === node;
      if (isDeclared) declared.add(node.text);
      else if (!isMember) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse('example.ts', code));
  return new Set([...used].filter((name) => !declared.has(name)));
}

/** The line before an example that makes its names known. */
function prelude(file: string, code: string): string {
  const looked = modulesFor(file);
  const own = looked.filter((name) => name.startsWith(`@hm/${file.split('/')[1]}`));
  const lines = [...namesIn(code)].map((name) => {
    const found = (places: readonly string[]) => places.find((place) => exported.get(place)?.has(name));
    const place = found(own) ?? (GIVEN.has(name) ? undefined : found(looked));
    if (place !== undefined) {
      const isType = exported.get(place)!.get(name)!.isType;
      return `import ${isType ? 'type ' : ''}{ ${name} } from '${place}';`;
    }
    return GIVEN.has(name) ? `declare const ${name}: ${TYPES[name] ?? 'any'};` : (FOREIGN[name] ?? '');
  });
  return lines.join(' ');
}

const sources = execFileSync('git', ['ls-files', 'packages/*/src/*.ts'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((file) => !file.endsWith('.test.ts') && !file.includes('/testing/'));

/** The examples of a file's doc comments. */
function examplesOf(file: string): string[] {
  const comments = readFileSync(join(root, file), 'utf8').matchAll(/\/\*\*([\s\S]*?)\*\//g);
  return [...comments].flatMap(([, comment]) => {
    const text = comment!.replaceAll(/^[ \t]*\*? ?/gm, '');
    return [...text.matchAll(/^@example\n([\s\S]*?)(?=^@\w|$(?![\s\S]))/gm)].map(([, code]) =>
      code!.trimEnd(),
    );
  });
}

const examples = new Map(
  sources.flatMap((file) =>
    examplesOf(file).map((code, k) => {
      const place = join(root, 'tools/docs', `${file.replaceAll('/', '~')}~${k}.ts`);
      return [place, `${prelude(file, code)}\n${code}\n`] as const;
    }),
  ),
);

/** Members of a record are there, as they are for programs without `noUncheckedIndexedAccess`. */
const options: ts.CompilerOptions = { noUncheckedIndexedAccess: false, noUnusedLocals: false };

it('the examples of doc comments compile', () => {
  expect(examples.size).toBeGreaterThan(250);
  expect(typeErrors(examples, join(root, 'tools'), options)).toEqual([]);
}, 120_000);

it('and would not with a name that is not exported, or an option that is not there', () => {
  const [place, text] = [...examples].find(([name]) => name.includes('align-folder'))!;
  const wrong = new Map([
    [place, `${text.replace("prefer: 'center'", "prefer: 'middle'")}\nalignFolders();`],
  ]);
  expect(typeErrors(wrong, join(root, 'tools'), options)).toHaveLength(2);
}, 120_000);
