import { InvalidArgumentError } from '@commander-js/extra-typings';
import { limits } from '@hm/tensor/host';

/** Parses an integer of at least 1. */
export const positiveInteger = (text: string): number => integerFrom(text, 1);

/** Returns a parser of integers from `least` to one of the `limits`. */
export const upTo =
  (limit: keyof typeof limits, least = 1) =>
  (text: string): number =>
    integerFrom(text, least, limits[limit]);

/** Parses an integer of at least 0. */
export const wholeNumber = (text: string): number => integerFrom(text, 0);

/** Parses an integer of either sign. */
export const integer = (text: string): number => integerFrom(text, Number.MIN_SAFE_INTEGER);

/** Parses a finite number. `NaN`, `Infinity` and an empty text are errors. */
export function finiteNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.');
  return value;
}

/** Parses a threshold, or `best`. */
export const thresholdFrom = (text: string): number | 'best' => (text === 'best' ? text : finiteNumber(text));

/** Parses a JSON object. */
export function jsonObject(text: string): Record<string, unknown> {
  const value = parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new InvalidArgumentError(`Expected a JSON object, such as '{"scale":32}'.`);
}

/** Parses an image size: `112`, or height and width as `112x96`. */
export function imageSize(text: string): [height: number, width: number] {
  const found = /^(\d+)(?:x(\d+))?$/.exec(text);
  if (found === null)
    throw new InvalidArgumentError('Expected a size such as 112 or 112x96 (height x width).');
  const side = upTo('imageSide');
  const height = side(found[1]!);
  return [height, found[2] === undefined ? height : side(found[2])];
}

/** Parses a shard such as `2/4`, the second of four. */
export function shard(text: string): { index: number; count: number } {
  const [, part, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (part !== undefined && count !== undefined && part >= 1 && part <= count)
    return { index: part - 1, count };
  throw new InvalidArgumentError('Expected a part such as 1/4, the first of four.');
}

/** Parses comma-separated names and removes duplicates. */
export const nameList = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  ),
];

/** Parses comma-separated numbers. */
export const numberList = (text: string): number[] => text.split(',').map(finiteNumber);

function integerFrom(text: string, low: number, high = Number.MAX_SAFE_INTEGER): number {
  const value = finiteNumber(text);
  if (Number.isSafeInteger(value) && value >= low && value <= high) return value;
  throw new InvalidArgumentError(
    low === Number.MIN_SAFE_INTEGER
      ? 'Expected a whole number.'
      : high === Number.MAX_SAFE_INTEGER
        ? `Expected a whole number of at least ${low}.`
        : `Expected a whole number from ${low} to ${high}.`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
