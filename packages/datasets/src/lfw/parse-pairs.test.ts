import { HmError } from '@hm/tensor/host';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PairList, parsePairs } from './parse-pairs.ts';

const name = fc.stringMatching(/^[A-Za-zé][A-Za-zé_-]{0,8}$/);
const image = fc.record({ name, image: fc.integer({ min: 1, max: 9999 }) });
const lists = fc
  .record({ folds: fc.integer({ min: 1, max: 4 }), pairsPerClass: fc.integer({ min: 1, max: 4 }) })
  .chain(({ folds, pairsPerClass }) =>
    fc
      .array(fc.tuple(image, image), {
        minLength: folds * pairsPerClass * 2,
        maxLength: folds * pairsPerClass * 2,
      })
      .map((drawn): PairList => {
        const pairs = drawn.map(([first, other], index) => {
          const same = Math.floor(index / pairsPerClass) % 2 === 0;
          const second = same ? { ...other, name: first.name } : other;
          return { first, second, same, fold: Math.floor(index / pairsPerClass / 2), line: index + 2 };
        });
        return { folds, pairsPerClass, pairs };
      }),
  );

function print({ folds, pairsPerClass, pairs }: PairList, separator: string, lineEnd: string): string {
  const header = folds === 1 ? [pairsPerClass] : [folds, pairsPerClass];
  const rows = pairs.map(({ first, second, same }) =>
    same ? [first.name, first.image, second.image] : [first.name, first.image, second.name, second.image],
  );
  return [header, ...rows].map((row) => row.join(separator) + lineEnd).join('');
}

describe('parsePairs', () => {
  test('reads back every list that is printed', () => {
    fc.assert(
      fc.property(
        lists,
        fc.constantFrom('\t', ' ', '  '),
        fc.constantFrom('\n', '\r\n'),
        (list, separator, end) => {
          expect(parsePairs(print(list, separator, end), 'pairs.txt')).toEqual(list);
        },
      ),
    );
  });

  test('any text is either a list or an invalid-data error that names a line', () => {
    const damaged = fc.tuple(lists, fc.nat(), fc.string({ maxLength: 4 })).map(([list, at, junk]) => {
      const text = print(list, '\t', '\n');
      const place = at % text.length;
      return text.slice(0, place) + junk + text.slice(place + 1);
    });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), damaged), (text) => {
        try {
          const { folds, pairsPerClass, pairs } = parsePairs(text, 'x');
          expect(pairs).toHaveLength(folds * pairsPerClass * 2);
        } catch (error) {
          if (!HmError.isInstance(error)) throw error;
          expect(error.code).toBe('invalid-data');
          expect(error.fields.line).toBeGreaterThan(0);
        }
      }),
    );
  });

  test('names with spaces stand between tabs', () => {
    const { pairs } = parsePairs('1\nAda Lovelace\t1\t2\nAda Lovelace\t1\tGrace Hopper\t3\n', 'pairs.txt');
    expect(pairs[1]).toMatchObject({
      first: { name: 'Ada Lovelace' },
      second: { name: 'Grace Hopper', image: 3 },
    });
  });

  test.each([
    ['', 1],
    ['10\t0\n', 1],
    ['10 300 5\n', 1],
    ['1\nA\t1\t2\n', 2],
    ['1\nA\t1\t2\nA\t1\tB\t1\nA\t1\tB\t1\n', 4],
    ['1\nA\t1\tB\t2\nA\t1\tB\t1\n', 2],
    ['1\nA\t1\t2\nA\t1\tB\n', 3],
    ['1\nA\t0\t2\nA\t1\tB\t1\n', 2],
    ['1\nA\t1\t2\n..\t1\tB\t1\n', 3],
    ['1\nA\t1\t2\nA\t1\t../B\t1\n', 3],
    ['1\n\nA\t1\tB\t1\n', 2],
  ])('%j fails at line %i', (text, line) => {
    expect(() => parsePairs(text, 'pairs.txt')).toThrow(`pairs.txt:${line}: expected`);
  });
});
