import type { Command } from 'commander';
import { createProgram } from './create-program.ts';

/** A command that does something, with the words that call it: `data info`. */
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

/** Every command of `hm`. */
export const everyCommand = (): NamedCommand[] => leaves(program());

/**
 * The names of the commands that `hm` with these words would run: one. None runs.
 *
 * @throws commander's error if `hm` does not take the words.
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
