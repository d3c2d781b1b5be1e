import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const readme = readFileSync(path('README.md'), 'utf8');

/** The messages of the compiler about a program, as if it lay in a package that has all others. */
function compile(text: string): string[] {
  const file = path('packages/cli/src/readme-example.ts');
  const { config } = ts.readConfigFile(path('packages/cli/tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, path('packages/cli'));
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (name) => (name === file ? text : readFile(name));
  host.fileExists = (name) => name === file || fileExists(name);
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

it('the example compiles', () => {
  const [, example] = /```ts\n([\s\S]*?)```/.exec(readme)!;
  expect(compile(example!)).toEqual([]);
  expect(compile(`${example}\nexport const wrong: string = score.accuracy;`)).toHaveLength(1);
});

it('links lead somewhere', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link]) => link!);
  expect(links.length).toBeGreaterThan(9);
  expect(links.filter((link) => !existsSync(path(link)))).toEqual([]);
});
