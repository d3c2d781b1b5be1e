import { readFileSync } from 'node:fs';

/** A fenced block of a Markdown file: ` ```ts no-run ` has the language `ts` and the words `['no-run']`. */
export interface Block {
  /** `path:line` of its first line of text. */
  place: string;
  language: string;
  words: string[];
  text: string;
}

/** Every fenced block of a file, in order. */
export function blocksOf(path: string): Block[] {
  const markdown = readFileSync(path, 'utf8');
  return [...markdown.matchAll(/^```(\S+) *(.*)\n([\s\S]*?)^```$/gm)].map(({ index, ...match }) => ({
    place: `${path}:${markdown.slice(0, index).split('\n').length + 1}`,
    language: match[1]!,
    words: match[2]!.split(' ').filter(Boolean),
    text: match[3]!,
  }));
}

/** The commands of a block of shell text as words: comments left out, quotes taken off, continued lines joined. */
export function shellCommands(text: string): string[][] {
  const lines = text
    .replaceAll(/\\\n/g, ' ')
    .split(/\n| && /)
    .map((line) => line.replace(/(^|\s)#.*/, ''));
  return lines
    .map((line) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!))
    .filter((words) => words.length > 0);
}
