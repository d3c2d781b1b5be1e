#!/usr/bin/env node
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { createProgram } from './create-program.ts';
import { reportError } from './report-error.ts';
import { runProgram } from './run-program.ts';
import { heedNohup, outputFailed } from './stop-on-interrupt.ts';

const program = createProgram();
let running: CommandUnknownOpts = program;

// Report a full disk as long as stderr can still be written.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') reportError(error, running, false);
});
// A reader such as `head` closes the pipe when it has read enough, and a terminal may be gone.
for (const stream of [process.stdout, process.stderr]) stream.on('error', outputFailed);
heedNohup();

const isDone = await runProgram(program, process.argv.slice(2), (command) => {
  running = command;
});
if (!isDone) process.exitCode = 1;
