import { CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { reportError } from './report-error.ts';

/**
 * Runs the command that was typed and reports its error. `begun` is called with the command before it starts.
 *
 * @returns true if the command succeeded.
 */
export async function runProgram(
  program: CommandUnknownOpts,
  words: readonly string[],
  begun: (command: CommandUnknownOpts) => void = () => {},
): Promise<boolean> {
  let running = program;
  program.hook('preAction', (_, action) => {
    running = action;
    begun(action);
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return true;
  } catch (error) {
    // Commander has already printed its own errors.
    if (error instanceof CommanderError) return error.exitCode === 0;
    reportError(error, running, (running.opts() as { verbose?: true }).verbose === true);
    return false;
  }
}
