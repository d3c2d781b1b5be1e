import { limits } from '@hm/tensor/host';
import { damaged } from '../files/damaged.ts';
import type { TarEntry } from './tar-entries.ts';

/** Description of an image, from a file beside it. */
export interface Label {
  label?: number;
  name?: string;
}

/** Returns the possible keys of a file's sample: its name up to the last dot or, as in WebDataset, up to the first. */
export function keysOf(name: string): { first: string; last: string; extension: string } {
  const start = name.lastIndexOf('/') + 1;
  const [first, last] = [name.indexOf('.', start), name.lastIndexOf('.')];
  if (first === -1) return { first: name, last: name, extension: '' };
  return { first: name.slice(0, first), last: name.slice(0, last), extension: name.slice(last + 1) };
}

const CLASS = `a class from 0 to ${limits.classes}`;

/** Labels are small files, and a false size must not cost memory. */
const maximumLabelBytes = 1 << 16;

/**
 * Reads the class from a `.cls`, or the class and the identity's name from a `.json`.
 *
 * @throws {InvalidDataError} if it is not a class from 0.
 */
export async function labelIn(entry: TarEntry, extension: 'cls' | 'json', file: string): Promise<Label> {
  const { name, offset, size } = entry;
  const invalid = (expected: string, received: unknown) =>
    damaged({
      path: file,
      offset,
      expected: `${expected} in ${name}`,
      received,
      fix: 'Correct it, and pack again.',
    });
  if (size > maximumLabelBytes) throw invalid(`at most ${maximumLabelBytes} bytes`, size);
  const text = Buffer.from(await entry.read())
    .toString('utf8')
    .trim();
  if (extension === 'json') return fromJson(text, invalid);
  const label = /^\d{1,15}(\.0*)?$/.test(text) ? Number(text) : undefined;
  if (label === undefined || label > limits.classes) throw invalid(CLASS, text.slice(0, 40));
  return { label };
}

function fromJson(text: string, invalid: (expected: string, received: unknown) => Error): Label {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid('JSON', (error as Error).message);
  }
  const { label, name } = Object(value) as { label?: unknown; name?: unknown };
  const naming = typeof name === 'string' ? { name } : {};
  if (label === undefined || label === null) return naming;
  if (!Number.isInteger(label)) throw invalid('a whole number as label', String(label));
  const number = label as number;
  if (number < 0 || number > limits.classes) throw invalid(CLASS, String(label));
  return { label: number, ...naming };
}
