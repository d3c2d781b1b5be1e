import { readFileSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from './create-program.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!);
const examples = blocks
  .flatMap((block) => block.trim().split('\n'))
  .filter((line) => line.startsWith('hm '))
  .map((line) => line.split(' ').slice(1));

/** Commands that do something, with the words that call them: `data info`. */
function leaves(parent: Command, words: readonly string[] = []): { words: string[]; command: Command }[] {
  return parent.commands.flatMap((command) => {
    const all = [...words, command.name()];
    return command.commands.length > 0 ? leaves(command, all) : [{ words: all, command }];
  });
}

const everyCommand = () => leaves(createProgram() as unknown as Command);
const nameOf = (example: readonly string[]) =>
  everyCommand()
    .find(({ words }) => words.every((word, place) => word === example[place]))
    ?.words.join(' ');

describe('README', () => {
  it('has an example of every command', () => {
    const names = everyCommand().map(({ words }) => words.join(' '));
    expect(new Set(examples.map(nameOf))).toEqual(new Set(names));
  });

  it.each(examples.map((words) => [words.join(' '), words] as const))(
    'hm %s can be typed',
    async (_, words) => {
      const called: string[] = [];
      const program = createProgram() as unknown as Command;
      program.exitOverride();
      for (const { words: name, command } of leaves(program)) {
        command.exitOverride().action(() => {
          called.push(name.join(' '));
        });
      }
      await program.parseAsync(words, { from: 'user' });
      expect(called).toEqual([nameOf(words)]);
    },
  );

  it('has every command in its table', () => {
    for (const { words } of everyCommand()) expect(readme).toContain(`| \`hm ${words.join(' ')}`);
  });

  it('says that every command but train prints JSON with --json, and all take it', () => {
    const has = (each: { options: readonly Option[] }) => each.options.some(({ long }) => long === '--json');
    expect(everyCommand().filter(({ command }) => !has(command))).toEqual([]);
  });
});
