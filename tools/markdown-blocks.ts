import { readFileSync } from 'node:fs';

/** A fenced code block of a Markdown file. */
export interface Block {
  /** `path:line` of its first line of text. */
  place: string;
  /** The language: `ts` for ` ```ts no-run `. */
  language: string;
  /** The words after the language: `['no-run']` for ` ```ts no-run `. */
  words: string[];
  /** The text inside the fences. */
  text: string;
}

/** Returns every fenced code block of a file, in order. */
export function blocksOf(path: string): Block[] {
  const markdown = readFileSync(path, 'utf8');
  return [...markdown.matchAll(/^```(\S+) *(.*)\n([\s\S]*?)^```$/gm)].map(({ index, ...match }) => ({
    place: `${path}:${markdown.slice(0, index).split('\n').length + 1}`,
    language: match[1]!,
    words: match[2]!.split(' ').filter(Boolean),
    text: match[3]!,
  }));
}

/** Splits shell text into the words of its commands, without comments and quotes, and with continued lines joined. */
export function shellCommands(text: string): string[][] {
  const lines = text
    .replaceAll(/\\\n/g, ' ')
    .split(/\n| && /)
    .map((line) => line.replace(/(^|\s)#.*/, ''));
  return lines
    .map((line) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!))
    .filter((words) => words.length > 0);
}
