import { InvalidArgumentError, type JsonSchema } from '@hm/tensor/host';
import type { Augmentation } from './augmentation.ts';

/** An augmentation with every field filled in. */
export type ResolvedAugmentation = {
  [Name in keyof Augmentation]: Required<NonNullable<Augmentation[Name]>>;
};

const defaults: Required<ResolvedAugmentation> = {
  flip: { probability: 0.5 },
  affine: { probability: 1, shiftPixels: 4, rotationRadians: 0, scale: 0, border: 'edge' },
  crop: { probability: 0.2, smallest: 0.2, largest: 1, aspect: 4 / 3, outside: 'black' },
  lowResolution: { probability: 0.2, smallest: 0.25, kernel: 'smooth' },
  blur: { probability: 0.1, smallestSigma: 0.1, largestSigma: 2 },
  color: { probability: 1, brightness: 0.2, contrast: 0.2, saturation: 0.2 },
  grayscale: { probability: 0.1 },
  jpeg: { probability: 0.2, lowestQuality: 30, highestQuality: 95 },
  cutout: { probability: 0.2, smallest: 0.1, largest: 0.4, fill: 'gray' },
};

const limits: Record<string, readonly [low: number, high: number]> = {
  probability: [0, 1],
  shiftPixels: [0, 10_000],
  rotationRadians: [0, Math.PI],
  scale: [0, 10],
  brightness: [0, 1],
  contrast: [0, 1],
  saturation: [0, 1],
  smallest: [0, 1],
  largest: [0, 1],
  aspect: [1, 10],
  smallestSigma: [0.01, 100],
  largestSigma: [0.01, 100],
  lowestQuality: [1, 100],
  highestQuality: [1, 100],
};

const words: Record<string, readonly string[]> = {
  border: ['edge', 'black'],
  outside: ['black', 'enlarge'],
  kernel: ['smooth', 'any'],
  fill: ['gray', 'noise'],
};

const whole = new Set(['shiftPixels', 'lowestQuality', 'highestQuality']);

/** JSON schema of an augmentation, to embed in other schemas. */
export const augmentationSchema: JsonSchema = {
  type: 'object',
  description: 'random changes to training images; {} for none, "flip": {} for a step with its defaults',
  additionalProperties: false,
  properties: Object.fromEntries(
    Object.entries(defaults).map(([name, fields]) => [
      name,
      { type: 'object', additionalProperties: false, properties: fieldsSchema(fields) },
    ]),
  ),
};

function fieldsSchema(fields: object): Record<string, JsonSchema> {
  const schemas = Object.entries(fields).map(([field, value]) => {
    if (words[field]) return [field, { enum: words[field], default: value }];
    const [minimum, maximum] = limits[field]!;
    return [field, { type: whole.has(field) ? 'integer' : 'number', minimum, maximum, default: value }];
  });
  return Object.fromEntries(schemas);
}

/** Pairs of fields; the first may not exceed the second. */
const ranges = [
  ['smallest', 'largest'],
  ['smallestSigma', 'largestSigma'],
  ['lowestQuality', 'highestQuality'],
] as const;

/**
 * Fills in the defaults.
 *
 * @throws {InvalidArgumentError} for an unknown name or a value out of range.
 */
export function resolveAugmentation(augmentation: Augmentation): ResolvedAugmentation {
  const entries = Object.entries(augmentation).filter(([, options]) => options !== undefined);
  return Object.fromEntries(entries.map(([name, options]) => [name, resolveEntry(name, options)]));
}

function resolveEntry(name: string, options: Record<string, unknown>): Record<string, unknown> {
  const known: Record<string, unknown> = Object.hasOwn(defaults, name)
    ? defaults[name as keyof Augmentation]
    : {};
  if (!Object.hasOwn(defaults, name)) throw invalid(name, `one of ${Object.keys(defaults).join(', ')}`, name);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [field, value] of given) {
    if (!Object.hasOwn(known, field))
      throw invalid(name, `fields among ${Object.keys(known).join(', ')}`, field);
    checkField(name, field, value);
  }
  const resolved: Record<string, unknown> = { ...known, ...Object.fromEntries(given) };
  for (const [low, high] of ranges) {
    if (Number(resolved[low]) > Number(resolved[high])) {
      throw invalid(name, `${low} ≤ ${high}`, `${resolved[low]} and ${resolved[high]}`);
    }
  }
  return resolved;
}

function checkField(name: string, field: string, value: unknown): void {
  const choices = words[field];
  if (choices) {
    if (!choices.includes(value as string)) {
      throw invalid(name, `${field} ${choices.map((word) => `'${word}'`).join(' or ')}`, value);
    }
    return;
  }
  const [low, high] = limits[field]!;
  const inside = typeof value === 'number' && value >= low && value <= high;
  if (!inside) throw invalid(name, `${field} from ${low} to ${high}`, value);
  if (whole.has(field) && !Number.isInteger(value)) {
    throw invalid(name, `${field} to be whole`, value);
  }
}

const invalid = (name: string, expected: string, received: unknown) =>
  new InvalidArgumentError({
    where: `augment ${name}`,
    expected,
    received,
    fix: 'See the fields of Augmentation.',
  });
