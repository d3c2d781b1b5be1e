import {
  type InvalidArgumentError,
  type JsonSchema,
  mistakeError,
  type SchemaMistake,
  schemaMistake,
} from '@hm/tensor/host';
import type { Augmentation } from './augmentation.ts';

/** An augmentation whose entries have every field. */
export type ResolvedAugmentation = {
  [Name in keyof Augmentation]: Required<NonNullable<Augmentation[Name]>>;
};

/** Schemas of an entry's fields, each with its default. */
type FieldsOf<Name extends keyof Augmentation> = {
  [Field in keyof Required<NonNullable<Augmentation[Name]>>]: JsonSchema & { default: unknown };
};

const number = (standard: number, minimum: number, maximum: number, description: string) => ({
  ...{ type: 'number' as const, description },
  ...{ minimum, maximum, default: standard },
});
const integer = (standard: number, minimum: number, maximum: number, description: string) => ({
  ...number(standard, minimum, maximum, description),
  type: 'integer' as const,
});
const share = (standard: number, description: string) => number(standard, 0, 1, description);
const probability = (standard: number) => share(standard, 'share of the images that it changes');
const word = (words: readonly [standard: string, other: string], description: string) => ({
  ...{ enum: words, default: words[0], description },
});

/** Each augmentation's fields: what they may be, their defaults, and a line of help. */
const entries: { readonly [Name in keyof Required<Augmentation>]: FieldsOf<Name> } = {
  flip: { probability: probability(0.5) },
  affine: {
    probability: probability(1),
    shiftPixels: integer(4, 0, 10_000, 'largest shift along each axis, in pixels'),
    rotationRadians: number(0, 0, Math.PI, 'largest rotation either way, in radians'),
    scale: number(0, 0, 10, 'largest relative change of size'),
    border: word(['edge', 'black'], 'what lies outside the image: its edge repeated, or black'),
  },
  crop: {
    probability: probability(0.2),
    smallest: share(0.2, "smallest share of the image's area"),
    largest: share(1, "largest share of the image's area"),
    aspect: number(4 / 3, 1, 10, 'largest ratio of the sides, either way'),
    outside: word(
      ['black', 'enlarge'],
      'what is outside becomes black, or the crop is enlarged to the image',
    ),
  },
  lowResolution: {
    probability: probability(0.2),
    smallest: share(0.25, 'smallest factor for the sides'),
    kernel: word(
      ['smooth', 'any'],
      'resampling: area averages and bilinear, or a random one of five each time',
    ),
  },
  blur: {
    probability: probability(0.1),
    smallestSigma: number(0.1, 0.01, 100, 'smallest standard deviation, in pixels'),
    largestSigma: number(2, 0.01, 100, 'largest standard deviation, in pixels'),
  },
  color: {
    probability: probability(1),
    brightness: share(0.2, 'largest relative change of brightness'),
    contrast: share(0.2, 'largest relative change of contrast'),
    saturation: share(0.2, 'largest relative change of saturation'),
  },
  grayscale: { probability: probability(0.1) },
  jpeg: {
    probability: probability(0.2),
    lowestQuality: integer(30, 1, 100, 'lowest quality'),
    highestQuality: integer(95, 1, 100, 'highest quality'),
  },
  cutout: {
    probability: probability(0.2),
    smallest: share(0.1, "smallest side as a share of the image's"),
    largest: share(0.4, "largest side as a share of the image's"),
    fill: word(['gray', 'noise'], 'what the rectangle is filled with'),
  },
};

/** Schema of an augmentation, for schemas that contain one. */
export const augmentationSchema: JsonSchema = {
  type: 'object',
  description: 'random changes to training images; {} for none, "flip": {} for a step with its defaults',
  additionalProperties: false,
  properties: Object.fromEntries(
    Object.entries(entries).map(([name, properties]) => [
      name,
      { type: 'object', additionalProperties: false, properties },
    ]),
  ),
};

/** Fields of which the first may not exceed the second. */
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
  const mistake = schemaMistake(augmentation, augmentationSchema);
  if (mistake !== undefined) throw invalid(mistake);
  const given = Object.entries(augmentation).filter(([, fields]) => fields !== undefined);
  return Object.fromEntries(
    given.map(([name, fields]) => [name, resolveEntry(name as keyof Augmentation, fields)]),
  );
}

function resolveEntry(name: keyof Augmentation, given: object): Record<string, unknown> {
  const standard = Object.entries<{ default: unknown }>(entries[name]).map(([field, schema]) => [
    field,
    schema.default,
  ]);
  const chosen = Object.entries(given).filter(([, value]) => value !== undefined);
  const resolved: Record<string, unknown> = Object.fromEntries([...standard, ...chosen]);
  for (const [low, high] of ranges) {
    const [from, to] = [resolved[low], resolved[high]];
    if (Number(from) > Number(to))
      throw invalid({ path: `${name}.${low}`, expected: `${low} ≤ ${high}`, received: `${from} and ${to}` });
  }
  return resolved;
}

function invalid(mistake: SchemaMistake): InvalidArgumentError {
  const path = mistake.path === '' ? 'augment' : `augment.${mistake.path}`;
  return mistakeError(mistake, { where: path, path, change: `Change ${path}.` });
}
