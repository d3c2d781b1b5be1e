import { expect, test } from 'vitest';
import { markdownTable, markdownText } from './markdown.ts';

test.each([
  ['<img src=x onerror=alert(1)>', '\\<img src=x onerror=alert(1)\\>'],
  ['a|b', 'a\\|b'],
  ['[a](http://b)', '\\[a\\](http://b)'],
  ['*a* _b_ `c`', '\\*a\\* \\_b\\_ \\`c\\`'],
  ['# a', '\\# a'],
  ['1. a', '1\\. a'],
  ['a\n# b\x1b[31m', 'a\\\\n# b\\\\u001b\\[31m'],
  // What needs no escape has none, so that the text reads well where it is printed.
  ['hm_arcface.onnx 97.90 *', 'hm_arcface.onnx 97.90 *'],
  ['-0.5', '-0.5'],
])('%j', (text, expected) => {
  expect(markdownText(text)).toBe(expected);
});

test('a name is one cell of one row', () => {
  expect(markdownTable(['a'], ['---'], [['b\nc | d']]).split('\n')).toHaveLength(3);
});
