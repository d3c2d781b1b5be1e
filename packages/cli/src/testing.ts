import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { printableLines } from '@hm/tensor/host';
import { vi } from 'vitest';
import { emptyHome } from '../../../tools/empty-home.ts';
import { createProgram } from './create-program.ts';
import { runProgram } from './run-program.ts';

/** Path of the built command. */
export const program = fileURLToPath(new URL('../dist/hm.js', import.meta.url));

/** Result of running the built command. */
export interface Outcome {
  /** Exit status; 128 plus the signal's number if a signal ended the process, as in a shell. */
  status: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs the built command as a user does. `onOutput` is called after each piece of output, with all output so far.
 *
 * @throws if the command leaves a file in its home or among temporary files.
 */
export function hm(
  options: readonly string[],
  onOutput?: (printed: string, kill: (signal: NodeJS.Signals) => void) => void,
  environment: Record<string, string> = {},
): Promise<Outcome> {
  const home = emptyHome();
  const env = { ...home.environment, ...environment };
  const child = spawn(process.execPath, [program, ...options], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
      onOutput?.(printed.stdout + printed.stderr, (signal) => child.kill(signal));
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (status, signal) => {
      const left = home.left();
      home.dispose();
      if (left.length === 0) resolve({ status: status ?? 128 + constants.signals[signal!], ...printed });
      else reject(new Error(`hm ${options.join(' ')} left ${left.join(', ')}`));
    });
  });
}

/** Runs a command in this process, which is faster than {@link hm}. For commands that end before any work. */
export async function typed(words: readonly string[]): Promise<Outcome> {
  const printed = { stdout: '', stderr: '' };
  const to = (stream: 'stdout' | 'stderr') => (text: string) => {
    printed[stream] += text;
  };
  const line = (stream: 'stdout' | 'stderr') => (text: string) => to(stream)(`${text}\n`);
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(line('stdout')),
    vi.spyOn(console, 'error').mockImplementation(line('stderr')),
  ];
  const heard = (command: CommandUnknownOpts): CommandUnknownOpts => {
    for (const each of command.commands) heard(each);
    return command
      .exitOverride()
      .configureOutput({ writeOut: to('stdout'), writeErr: (text) => to('stderr')(printableLines(text)) });
  };
  try {
    const isDone = await runProgram(heard(createProgram()), words);
    return { status: isDone ? Number(process.exitCode ?? 0) : 1, ...printed };
  } finally {
    process.exitCode = undefined;
    for (const spy of spies) spy.mockRestore();
  }
}

/** Creates a folder, which `dispose` removes. */
export function temporaryFolder(): { path: string; dispose: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'hm-cli-'));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
}

export { writeFaces, writePairs } from '../../../tools/lfw-files.ts';
