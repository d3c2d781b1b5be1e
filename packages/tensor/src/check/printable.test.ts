import { describe, expect, test } from 'vitest';
import { HmError, InvalidDataError } from '../errors.ts';
import { printable, printableLines } from './printable.ts';

const acted = {
  'an escape sequence': '\x1b[31m',
  'the clipboard': '\x1b]52;c;cHduZWQ=\x07',
  'a line feed': '\n',
  'a carriage return': '\r',
  'a C1 control': '\x9b2J',
  delete: '\x7f',
  nothing: '\0',
  'a line separator': '\u2028',
  'a paragraph separator': '\u2029',
  'a turn of direction': '\u202e',
  'an isolated turn': '\u2066',
  'no width': '\u200b',
  'a byte order mark': '\ufeff',
  'a tag letter': '\u{e0041}',
  'a filler': '\u3164',
  'half a pair': '\ud800',
};

describe.each(Object.entries(acted))('%s', (_, character) => {
  test('is shown as text, and means the same within JSON', () => {
    const shown = printable(`a${character}b`);
    expect(shown).toMatch(/^a\\[\x20-\x7e]+b$/);
    expect(JSON.parse(`"${shown}"`)).toBe(`a${character}b`);
  });

  test('in an error', () => {
    const error = new InvalidDataError({
      where: `folder${character}`,
      expected: `a name, not ${character}`,
      received: character,
      fix: `Rename ${character}.`,
    });
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u3164]/u);
  });
});

test('what can be seen stays', () => {
  for (const text of ['José', 'Jose\u0301', '山田 太郎', 'C:\\faces\\1.jpg', '😀', 'ß €'])
    expect(printable(text)).toBe(text);
});

test('lines keep their breaks and nothing else', () => {
  expect(printableLines('a\nb\r\x1b')).toBe('a\nb\\r\\u001b');
});

test('long text is shortened in its middle', () => {
  const name = `${'a'.repeat(5_000_000)}end.jpg`;
  expect(printable(name).length).toBeLessThan(450);
  expect(printable(name)).toMatch(/^aaa.* … \(4999607 characters left out\) … a+end\.jpg$/);
  const details = { where: name, expected: name, fix: name };
  expect(new HmError('x', { ...details, received: name }).message.length).toBeLessThan(1400);
  expect(new HmError('x', { ...details, received: Array(1e6).fill('a') }).message.length).toBeLessThan(1400);
  const short = { where: 'list:2', expected: `an image ${name}`, received: 'none', fix: 'Correct it.' };
  expect(new HmError('x', short).message.length).toBeLessThan(400);
});

test('what JSON cannot write is no second error', () => {
  const details = { where: 'w', expected: 'e', fix: 'F.' };
  const circle: unknown[] = [];
  circle.push(circle);
  const messageOf = (received: unknown) => new HmError('x', { ...details, received }).message;
  expect(messageOf(circle)).toContain('got [object Array]');
  expect(messageOf([1n])).toContain('got [object Array]');
  expect(messageOf(Symbol('s'))).toContain('got Symbol(s)');
});
