import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { blocksOf, shellCommands } from '../../../tools/markdown-blocks.ts';
import { everyCommand, typed } from './testing-commands.ts';

const path = fileURLToPath(new URL('../README.md', import.meta.url));
const readme = readFileSync(path, 'utf8');
const examples = blocksOf(path)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => shellCommands(text))
  .filter(([command]) => command === 'hm')
  .map(([, ...words]) => words);

describe('README', () => {
  it('has an example of every command', async () => {
    const called = await Promise.all(examples.map(typed));
    expect(new Set(called.flat())).toEqual(new Set(everyCommand().map(({ name }) => name)));
  });

  it.each(examples.map((words) => [words.join(' '), words] as const))(
    'hm %s can be typed',
    async (text, words) => {
      const [name, ...others] = await typed(words);
      expect(text.startsWith(name!)).toBe(true);
      expect(others).toEqual([]);
    },
  );

  it('has every command in its table', () => {
    for (const { name } of everyCommand()) expect(readme).toContain(`| \`hm ${name}`);
  });

  it('says that every command but train prints JSON with --json, and all take it', () => {
    const has = (each: { options: readonly Option[] }) => each.options.some(({ long }) => long === '--json');
    expect(everyCommand().filter(({ command }) => !has(command))).toEqual([]);
  });
});
