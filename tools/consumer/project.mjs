import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { execute } from './execute.mjs';
import { npmrc } from './npmrc.mjs';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

const managers = {
  npm: ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline'],
  pnpm: ['npx', '--yes', 'pnpm@12', 'add', '--prefer-offline', '--reporter=silent'],
};

// By default pnpm fails on packages whose install scripts a project does not allow. This project allows none.
const workspace = 'strictDepBuilds: false\n';

/** What tfjs itself prints when its `cpu` backend is first used under Node. */
const tfjsAdvertisement = /^\n=+\nHi, looks like you are running TensorFlow\.js in Node\.js[\s\S]*?\n=+\n/m;

/**
 * Matches errors in the program, in our packages or in the options. Others are ignored, since tfjs-core's types
 * conflict with the compiler's library.
 */
const ours = /^(example\.mts\(|[^(]*\/@hm\/[^(]*\(|error TS)/;

/** A folder for programs outside the repository, where packages are installed as users install them. */
export class Project {
  /** Problems found so far. */
  problems = [];

  /** Command that starts its programs. `['unshare', '-rn']` disconnects them from the network. */
  prefix = [];

  constructor(folder, registry) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    this.write('.npmrc', npmrc(registry));
    this.write('package.json', JSON.stringify({ name: 'consumer', private: true }));
    this.write('pnpm-workspace.yaml', workspace);
  }

  write(name, text) {
    writeFileSync(join(this.folder, name), text);
  }

  install(manager, packages, ...options) {
    const [command, ...rest] = managers[manager];
    return this.expectSilence(`${manager} install`, command, [...rest, ...options, ...packages]);
  }

  /** Runs a program that must succeed and print nothing on stderr. Returns its stdout if it did. */
  expectSilence(what, command, options) {
    const { status, stdout, stderr } = this.#execute(command, options);
    const said = stderr.replace(tfjsAdvertisement, '');
    if (status === 0 && said === '') return { stdout };
    this.problems.push(`${what}: status ${status}\n${status === 0 ? '' : stdout}${said}`);
  }

  /** Type-checks the folder. Errors inside third-party packages are ignored. */
  checkTypes(what) {
    const { stdout } = execute(this.folder, process.execPath, [tsc, '--pretty', 'false']);
    const errors = stdout.split(/\n(?=\S)/).filter((error) => ours.test(error));
    if (errors.length > 0) this.problems.push(`${what}:\n${errors.join('\n')}`);
  }

  /** Runs a Node program that must fail with a message that matches. Returns true if it did. */
  expectMessage(what, options, pattern) {
    const { status, stderr } = this.#execute(process.execPath, options);
    if (status !== 0 && pattern.test(stderr)) return true;
    this.problems.push(`${what}: status ${status}, expected ${pattern} in\n${stderr}`);
    return false;
  }

  /** Writes and runs a program that must succeed and print nothing on stderr. Returns its stdout if it did. */
  run(file, text) {
    this.write(file, text);
    return this.expectSilence(file, process.execPath, [file]);
  }

  #execute(command, options) {
    const [program, ...rest] = [...this.prefix, command, ...options];
    return execute(this.folder, program, rest);
  }
}
