import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('..', import.meta.url));
const names = [
  'cli',
  'study',
  'train',
  'recognize',
  'eval',
  'datasets',
  'align',
  'losses',
  'resnet',
  'images',
  'onnx',
  'tensor',
];

const tensor = ['@hm/tensor', '@hm/tensor/host'];
const files = '@hm/tensor/files';
const pickle = '@hm/tensor/pickle';
const workers = '@hm/tensor/workers';
const onnx = ['@hm/onnx', '@hm/onnx/session'];
const middle = ['@hm/datasets', '@hm/align', '@hm/losses', '@hm/resnet'];
const datasetsInPage = '@hm/datasets/browser';
const everything = [
  ...names.map((name) => `@hm/${name}`),
  '@hm/tensor/host',
  files,
  pickle,
  workers,
  '@hm/images/browser',
  datasetsInPage,
  '@hm/onnx/session',
  '@hm/onnx/graph',
];
const runtime = 'onnxruntime-node';
const webRuntime = 'onnxruntime-web';
const tfjs = '@tensorflow/tfjs-core';
const builtin = 'node:fs';

/** What a source file may import, of every package and outside module that a rule speaks of. */
const allowed: Record<string, readonly string[]> = {
  'packages/cli/src/a.ts': [
    ...tensor,
    files,
    ...onnx,
    '@hm/onnx/graph',
    ...middle,
    '@hm/images',
    '@hm/train',
    '@hm/recognize',
    '@hm/study',
    '@hm/eval',
    tfjs,
    builtin,
  ],
  'packages/study/src/a.ts': [
    ...tensor,
    files,
    '@hm/images',
    '@hm/datasets',
    '@hm/losses',
    '@hm/resnet',
    '@hm/train',
    '@hm/eval',
    tfjs,
    builtin,
  ],
  'packages/train/src/a.ts': [...tensor, files, ...onnx, ...middle, datasetsInPage, tfjs, builtin],
  'packages/recognize/src/a.ts': [
    ...tensor,
    files,
    workers,
    ...onnx,
    '@hm/datasets',
    '@hm/align',
    '@hm/resnet',
    '@hm/images',
    '@hm/images/browser',
    '@hm/eval',
    tfjs,
    builtin,
  ],
  'packages/eval/src/a.ts': [
    '@hm/tensor/host',
    files,
    '@hm/onnx/session',
    '@hm/onnx/graph',
    '@hm/datasets',
    '@hm/images',
    '@hm/images/browser',
    builtin,
  ],
  'packages/datasets/src/a.ts': [
    '@hm/tensor/host',
    files,
    pickle,
    workers,
    '@hm/images',
    '@hm/onnx/session',
    builtin,
  ],
  'packages/images/src/a.ts': ['@hm/tensor/host', files, builtin],
  'packages/align/src/a.ts': [
    ...tensor,
    files,
    workers,
    ...onnx,
    '@hm/images',
    '@hm/images/browser',
    tfjs,
    builtin,
  ],
  'packages/losses/src/a.ts': [...tensor, ...onnx, tfjs],
  'packages/resnet/src/a.ts': [...tensor, pickle, ...onnx, tfjs],
  'packages/onnx/src/a.ts': [...tensor, tfjs],
  'packages/onnx/src/kernels/a.ts': [...tensor, tfjs],
  'packages/onnx/src/session.ts': ['@hm/tensor/host'],
  'packages/onnx/src/runtime.node.ts': ['@hm/tensor/host', files, workers, runtime, webRuntime, builtin],
  'packages/onnx/src/inference/a.ts': ['@hm/tensor/host'],
  'packages/onnx/src/inference/lane.node.ts': ['@hm/tensor/host', workers, builtin],
  'packages/onnx/src/runtime.web.ts': ['@hm/tensor/host', runtime, webRuntime],
  'packages/onnx/src/metadata.ts': ['@hm/tensor/host'],
  'packages/tensor/src/a.ts': [tfjs],
  'packages/tensor/src/files/a.ts': [tfjs, builtin],
  'packages/tensor/src/workers/a.ts': [tfjs, builtin],
  'packages/tensor/src/a.test.ts': [tfjs, builtin],
  'packages/losses/src/a.test.ts': [...tensor, ...onnx, tfjs, builtin],
};

const statements: Record<string, (module: string) => string> = {
  'type import': (module) => `import type { A } from '${module}';\nexport type B = A;`,
  'dynamic import': (module) => `await import('${module}');`,
  export: (module) => `export { a } from '${module}';`,
};

interface Diagnostic {
  category: string;
  location: { start: { line: number } };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hm-import-direction-'));
  for (const file of ['biome.json', '.gitignore']) copyFileSync(join(repository, file), join(folder, file));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Lints one file with the repository's own configuration, under the path that it would have; the refused lines, from 1. */
function refusedLines(path: string, text: string): Set<number> {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const biome = join(repository, 'node_modules/@biomejs/biome/bin/biome');
  const options = ['lint', '--reporter=json', '--max-diagnostics=none', path];
  const { stdout } = spawnSync(process.execPath, [biome, ...options], { cwd: folder });
  rmSync(file);
  const { diagnostics } = JSON.parse(stdout.toString()) as { diagnostics: Diagnostic[] };
  const found = diagnostics.filter(({ category }) => /noRestrictedImports|noNodejsModules/.test(category));
  return new Set(found.map(({ location }) => location.start.line));
}

const refused = (path: string, text: string): boolean => refusedLines(path, text).size > 0;

function refusedModules(path: string, modules: readonly string[]): string[] {
  const lines = refusedLines(path, modules.map((module) => `import '${module}';`).join('\n'));
  return modules.filter((_, index) => lines.has(index + 1));
}

describe('imports go down the list of packages', () => {
  for (const [path, may] of Object.entries(allowed)) {
    it(`${path} may import ${may.join(', ')}, and nothing else`, () => {
      const modules = [...everything, runtime, webRuntime, tfjs, builtin];
      expect(refusedModules(path, modules)).toEqual(modules.filter((module) => !may.includes(module)));
    });
  }
});

describe('no way around', () => {
  for (const [kind, write] of Object.entries(statements)) {
    it(`${kind} of a package above`, () => {
      expect(refused('packages/losses/src/a.ts', write('@hm/train'))).toBe(true);
      expect(refused('packages/losses/src/a.ts', write('@hm/tensor'))).toBe(false);
    });
  }

  it('a part of a package above', () => {
    expect(refused('packages/resnet/src/a.ts', "import '@hm/losses/arc-face';")).toBe(true);
  });

  it("another package's files by a relative path", () => {
    expect(refused('packages/losses/src/a.ts', "import '../../tensor/src/index.ts';")).toBe(true);
    expect(refused('packages/onnx/src/kernels/a.ts', "import '../../../losses/src/index.ts';")).toBe(true);
    expect(refused('packages/onnx/src/kernels/a.ts', "import '../graph.ts';")).toBe(false);
  });

  it('a part of ONNX Runtime, and its sister packages', () => {
    expect(refused('packages/eval/src/a.ts', "import 'onnxruntime-node/dist/index.js';")).toBe(true);
    expect(refused('packages/train/src/a.ts', "import 'onnxruntime-web';")).toBe(true);
  });
});

/** Files of the packages, and the files beside them that each imports, types too. */
function relativeImports(): Map<string, string[]> {
  const listed = execFileSync('git', ['ls-files', 'packages/*/src/*.ts'], {
    cwd: repository,
    encoding: 'utf8',
  });
  const files = listed.trim().split('\n');
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(repository, file), 'utf8'), true, true);
      const beside = importedFiles.filter(({ fileName }) => fileName.startsWith('.'));
      return [file, beside.map(({ fileName }) => join(dirname(file), fileName))];
    }),
  );
}

/** The first way from a file back to itself. */
function circle(imports: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const search = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const found = search(next, [...way, file]);
      if (found) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const found = search(file, []);
    if (found) return found;
  }
  return undefined;
}

it('no file of a package imports itself by way of others', () => {
  const imports = relativeImports();
  expect(imports.size).toBeGreaterThan(900);
  expect(circle(imports)).toBeUndefined();
  const [first, second] = [...imports.keys()] as [string, string];
  expect(circle(new Map([...imports, [first, [second]], [second, [first]]]))).toEqual([first, second, first]);
});
