/** Returns a Markdown table. @param rule cells below the header: `---`, or `---:` for numbers. */
export const markdownTable = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
  rule: readonly string[] = header.map(() => '---'),
): string => [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
