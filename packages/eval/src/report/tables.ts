import { type Html, html } from './html.ts';

type Cell = string | number | Html;

/** A table that scrolls by itself on a narrow screen, by keyboard too; the first column names the rows. */
export function table(
  label: string,
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  kind = '',
): Html {
  const align = (column: number) => (column === 0 || kind === 'names' ? '' : 'number');
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="${kind}"><thead><tr>${header.map((cell, column) => html`<th scope="col" class="${align(column)}">${cell}</th>`)}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((cell, column) => (column === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="${align(column)}">${cell}</td>`))}</tr>`)}</tbody></table></div>`;
}

/** The same figures as a plot, for who cannot see it or wants the numbers. */
export const behind = (label: string, content: Html): Html =>
  html`<details><summary>${label}</summary>${content}</details>`;
