import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** British spellings, as parts of names: tfjs, ONNX and every peer are American. */
const WORDS =
  /optimis|synchronis|(?<!b)licence|neighbour|centre|colour|labell(?!ist)|normalis|initialis|organis|recognis|\bgrey|Grey|behaviour|favour|serialis|quantis(?!t)|minimis|maximis|summaris|randomis|standardis|utilis|analyse|cancelled|modell|travell|metre|defence|artefact|generalis|regularis|visualis|vectoris|rasteris|practise|judgement|categoris|localis|emphasis(?!$)|specialis/i;

/** The only places that may spell them: what reads files of before, and what a user may type out of habit. */
const EXEMPT = ['packages/tensor/src/check/spelling.ts', 'packages/tensor/src/check/spelling.test.ts'];

const files = execFileSync('git', ['ls-files', '*.ts', '*.mts', '*.mjs', '*.js'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => !EXEMPT.includes(file));

/** Identifiers of a source, texts and comments left out. */
function identifiersOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  if (!WORDS.test(text)) return [];
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
}

it('identifiers and names of files are American', () => {
  expect(files.length).toBeGreaterThan(900);
  const names = files.flatMap((file) =>
    [basename(file), ...identifiersOf(file)].map((name) => `${file}: ${name}`),
  );
  expect([...new Set(names.filter((name) => WORDS.test(name.slice(name.indexOf(': ') + 2))))]).toEqual([]);
});
