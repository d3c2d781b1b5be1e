/** What a terminal or a reader's eye would act on rather than show: controls, formats, separators, lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from elsewhere, such as a file's name, in a form that is safe to print within a line: control characters,
 * escape sequences, line breaks and marks that turn the direction of text are shown as escapes (`\n`, `\u001b`), text
 * longer than `limit` characters is shortened in its middle. Within the strings of JSON the escapes mean the same
 * characters.
 *
 * @example
 * printable('b\n1.0000  forged'); // b\n1.0000  forged, in one line
 */
export function printable(text: string, limit = 400): string {
  return shortened(String(text), limit).replaceAll(UNSEEN, escaped);
}

/** Whole lines in such a form: as {@link printable}, of any length, and with their line breaks. */
export function printableLines(text: string): string {
  return String(text).replaceAll(UNSEEN, (character) =>
    character === '\n' ? character : escaped(character),
  );
}

function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const tail = Math.floor(limit / 4);
  const left = text.length - limit;
  return `${text.slice(0, limit - tail)} … (${left} characters left out) … ${text.slice(-tail)}`;
}

const escaped = (character: string): string =>
  SHORT[character] ??
  Array.from({ length: character.length }, (_, k) => hexadecimal(character.charCodeAt(k))).join('');

const hexadecimal = (unit: number) => `\\u${unit.toString(16).padStart(4, '0')}`;
