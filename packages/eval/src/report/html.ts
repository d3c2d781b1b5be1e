/** Text that is already HTML, so it is not escaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | undefined | false | readonly Part[];

/**
 * Builds HTML from a template. All values are escaped, except {@link Html}.
 *
 * @example
 * html`<p title="${name}">${name}</p>`;
 */
export const html = (template: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(template.reduce((text, after, index) => text + render(parts[index - 1]) + after));

function render(part: Part): string {
  if (part instanceof Html) return part.text;
  if (part === undefined || part === false) return '';
  return typeof part === 'object' ? part.map(render).join('') : escaped(String(part));
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text. Control characters, which HTML does not allow, become the visible symbols for them. */
const escaped = (text: string): string =>
  text
    .replace(/[&<>"']/g, (character) => entities[character]!)
    .replace(/\p{Cc}/gu, (character) => String.fromCodePoint(pictureOf(character.codePointAt(0)!)));

const pictureOf = (code: number) => (code < 0x20 ? 0x2400 + code : code === 0x7f ? 0x2421 : 0xfffd);

/**
 * Renders a name from a file or a list. It may be in any script, so it is isolated from the direction of the text
 * around it.
 */
export const name = (text: string): Html => html`<bdi>${text}</bdi>`;
