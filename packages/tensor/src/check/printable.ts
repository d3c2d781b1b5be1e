/**
 * Characters that terminals or text layout act on instead of showing them: controls, formats, separators, lone
 * surrogates.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Returns text from elsewhere, such as a file's name, in a form that is safe to print within a line. Control
 * characters, escape sequences, line breaks and marks that change the direction of text are shown as escapes (`\n`,
 * `\u001b`). Text longer than `limit` characters is shortened in the middle. Inside JSON strings the escapes mean the
 * same characters.
 *
 * @example
 * printable('b\n1.0000  forged'); // b\n1.0000  forged, in one line
 */
export function printable(text: string, limit = 400): string {
  return shortened(String(text), limit).replaceAll(UNSEEN, escaped);
}

/** Does the same as {@link printable} for whole lines: of any length, and with their line breaks. */
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
