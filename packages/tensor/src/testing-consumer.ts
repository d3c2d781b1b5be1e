/// <reference types="node" />
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of this package. */
export const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** A folder outside the repository in which this package (its `dist`) and its peers are installed, as for a user. */
export class Consumer {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'tensor-consumer-')));

  constructor() {
    const installed = join(this.folder, 'node_modules');
    for (const scope of ['@hm', '@tensorflow']) mkdirSync(join(installed, scope), { recursive: true });
    symlinkSync(packageFolder, join(installed, '@hm/tensor'));
    for (const name of ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'])
      symlinkSync(realpathSync(join(packageFolder, 'node_modules', name)), join(installed, name));
  }

  /** Runs a program, an ES module, and returns what it printed. */
  run(program: string): { output: string; errors: string } {
    const file = join(this.folder, 'program.mjs');
    writeFileSync(file, program);
    return this.runFile(file);
  }

  runFile(file: string): { output: string; errors: string } {
    const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: this.folder, encoding: 'utf8' });
    return { output: stdout, errors: stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
