#!/usr/bin/env node
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { createProgram } from './create-program.ts';
import { reportError } from './report-error.ts';

const program = createProgram();
let running: CommandUnknownOpts = program;
program.hook('preAction', (_, action) => {
  running = action;
});

// A reader that has seen enough, such as `head`, closes the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  reportError(error, running, (running.opts() as { verbose?: true }).verbose === true);
  process.exitCode = 1;
}
