import { type Html, html } from './html.ts';

type Cell = string | number | Html;

/** Renders a table that scrolls on its own on a narrow screen, also by keyboard. The first column names the rows. */
export function table(
  label: string,
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  kind = '',
): Html {
  const align = (column: number) => (column === 0 || kind === 'names' ? '' : 'number');
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="${kind}"><thead><tr>${header.map((cell, column) => html`<th scope="col" class="${align(column)}">${cell}</th>`)}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((cell, column) => (column === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="${align(column)}">${cell}</td>`))}</tr>`)}</tbody></table></div>`;
}

/** Renders a folded section with the figures behind a plot, for readers who cannot see it or want the numbers. */
export const behind = (label: string, content: Html): Html =>
  html`<details><summary>${label}</summary>${content}</details>`;
