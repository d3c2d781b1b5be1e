import type { Command } from 'commander';
import { createProgram } from './create-program.ts';

/** A command with an action, and its name as typed after `hm`: `data info`. */
export interface NamedCommand {
  name: string;
  command: Command;
}

function leaves(parent: Command, words: readonly string[] = []): NamedCommand[] {
  return parent.commands.flatMap((command) => {
    const all = [...words, command.name()];
    return command.commands.length > 0 ? leaves(command, all) : [{ name: all.join(' '), command }];
  });
}

const program = () => createProgram() as unknown as Command;

/** Returns all commands of `hm` that have an action. */
export const everyCommand = (): NamedCommand[] => leaves(program());

/**
 * Returns the names of the commands that `hm` would run with these arguments (normally one), without running them.
 *
 * @throws commander's error if the arguments are not valid.
 */
export async function typed(words: readonly string[]): Promise<string[]> {
  const called: string[] = [];
  const root = program().exitOverride();
  for (const { name, command } of leaves(root)) {
    command.exitOverride().action(() => {
      called.push(name);
    });
  }
  await root.parseAsync(words, { from: 'user' });
  return called;
}
