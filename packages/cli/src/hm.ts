#!/usr/bin/env node
import { createProgram } from './create-program.ts';
import { reportError } from './report-error.ts';

const program = createProgram();
let verbose = false;
program.hook('preAction', (_, action) => {
  verbose = (action.opts() as { verbose?: true }).verbose === true;
});

// A reader that has seen enough, such as `head`, closes the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  reportError(error, verbose);
  process.exitCode = 1;
}
