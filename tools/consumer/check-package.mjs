import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run-stage.mjs';

/** Packages whose first example needs nothing but its imports. The other examples read the user's files. */
const runnable = ['tensor', 'onnx', 'losses', 'resnet', 'train'];

/**
 * Installs a package as its README says, imports and requires all its entries, and type-checks and runs the example.
 */
export function checkPackage(project, manager, name) {
  const { packages, example } = readReadme(name);
  if (!project.install(manager, packages)) return;
  checkEntries(project, entriesOf(name), example);
  if (name === 'cli') project.run('doctor.mjs', doctor);
  if (runnable.includes(name)) project.run('example.mjs', example);
}

/** Reads the packages to install and the first example from a package's README. */
function readReadme(name) {
  const readme = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8');
  const commands = [...readme.matchAll(/^npm install (?:-g )?([^#\n]+)/gm)];
  const packages = commands.flatMap(([, names]) => names.trim().split(/\s+/));
  return { packages, example: /```ts\n([\s\S]*?)```/.exec(readme)?.[1] };
}

const entriesOf = (name) =>
  Object.keys(JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')).exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => `@hm/${name}${entry.slice(1)}`);

function checkEntries(project, entries, example = '') {
  const lines = (line) => entries.map(line).join('\n');
  project.run(
    'import.mjs',
    lines((entry) => notEmpty(`await import('${entry}')`)),
  );
  project.run(
    'require.cjs',
    lines((entry) => notEmpty(`require('${entry}')`)),
  );
  project.write('example.mts', `${example}\n${entries.map(typed).join('\n')}\n`);
  for (const resolution of ['node16', 'bundler']) {
    project.write('tsconfig.json', JSON.stringify(typeScript(resolution)));
    project.checkTypes(`types, ${resolution}`);
  }
}

const notEmpty = (module) =>
  `if (Object.keys(${module}).length === 0) throw new Error(${JSON.stringify(module)});`;

/** Importing a name that an entry does not export must be an error, which it is only if the entry's types are found. */
const typed = (entry, i) =>
  `import * as entry${i} from '${entry}';\n// @ts-expect-error\nentry${i}.noSuchExport;`;

const typeScript = (resolution) => ({
  compilerOptions: {
    module: resolution === 'bundler' ? 'esnext' : resolution,
    moduleResolution: resolution,
    target: 'es2022',
    lib: ['es2023', 'dom', 'dom.iterable'],
    strict: true,
    // The examples are also valid JavaScript, so the arguments of their functions have no types.
    noImplicitAny: false,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  },
  files: ['example.mts'],
});

const doctor = `
import { execFileSync } from 'node:child_process';
const options = ['node_modules/@hm/cli/dist/hm.js', 'doctor', '--json'];
const { healthy } = JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' }));
if (!healthy) throw new Error('hm doctor finds this installation unhealthy');
`;
