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

/** Commands with everything but their work. */
function withoutActions(seen: (name: string, options: Record<string, unknown>) => void): Command {
  const program = createProgram() as unknown as Command;
  for (const each of program.commands) each.action(() => seen(each.name(), each.opts()));
  return program;
}

describe('README', () => {
  it('has an example of every command', () => {
    const names = createProgram().commands.map((each) => each.name());
    expect(new Set(examples.map(([name]) => name))).toEqual(new Set(names));
  });

  it.each(examples.map((words) => [words.join(' '), words] as const))(
    'hm %s can be typed',
    async (_, words) => {
      const called: string[] = [];
      const program = withoutActions((name) => called.push(name));
      program.exitOverride();
      for (const each of program.commands) each.exitOverride();
      await program.parseAsync(words, { from: 'user' });
      expect(called).toEqual([words[0]]);
    },
  );

  it('has every command in its table', () => {
    for (const each of createProgram().commands) expect(readme).toContain(`| \`hm ${each.name()}`);
  });

  it('says that every command but train prints JSON with --json, and all take it', () => {
    const has = (each: { options: readonly Option[] }) => each.options.some(({ long }) => long === '--json');
    expect((createProgram() as unknown as Command).commands.filter((each) => !has(each))).toEqual([]);
  });
});
