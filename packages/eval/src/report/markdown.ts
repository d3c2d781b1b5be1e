import { printable } from '@hm/tensor/host';

/** Escapes untrusted text, such as a model's name, so that Markdown shows it literally, in one line and one cell. */
export const markdownText = (text: string): string =>
  printable(text, 1000)
    .replaceAll(/[\\`[\]<>|~&]|(?<=\S)\*|\*(?=\S)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&')
    .replace(/^(?:#{1,6}|[-+])(?=\s|$)/, '\\$&')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2');

/** Formats a table. The text of every cell is escaped. */
export function markdownTable(
  header: readonly string[],
  rule: readonly string[],
  rows: readonly string[][],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const text = (cells: readonly string[]) => line(cells.map(markdownText));
  return [text(header), line(rule), ...rows.map(text)].join('\n');
}
