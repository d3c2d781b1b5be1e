import { CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { reportError } from './report-error.ts';

/**
 * Runs what was typed, and tells what went wrong; `begun` hears of the command before it begins.
 *
 * @returns whether it went well.
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
    // Commander has told its own.
    if (error instanceof CommanderError) return error.exitCode === 0;
    reportError(error, running, (running.opts() as { verbose?: true }).verbose === true);
    return false;
  }
}
