import { InvalidArgumentError } from '@hm/tensor/host';
import type { Augmentation } from './augmentation.ts';

/** An augmentation whose entries have every field. */
export type ResolvedAugmentation = {
  [Name in keyof Augmentation]: Required<NonNullable<Augmentation[Name]>>;
};

const defaults: Required<ResolvedAugmentation> = {
  flip: { probability: 0.5 },
  affine: { probability: 1, shiftPixels: 4, rotationRadians: 0, scale: 0, border: 'edge' },
  lowResolution: { probability: 0.2, smallest: 0.25 },
  colour: { probability: 1, brightness: 0.2, contrast: 0.2, saturation: 0.2 },
  grayscale: { probability: 0.1 },
  cutout: { probability: 0.2, smallest: 0.1, largest: 0.4 },
};

const limits: Record<string, number> = {
  probability: 1,
  shiftPixels: 10_000,
  rotationRadians: Math.PI,
  scale: 10,
  brightness: 1,
  contrast: 1,
  saturation: 1,
  smallest: 1,
  largest: 1,
};

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
  const known: Record<string, unknown> | undefined = defaults[name as keyof Augmentation];
  if (!known) throw invalid(name, `one of ${Object.keys(defaults).join(', ')}`, name);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [field, value] of given) {
    if (!(field in known)) throw invalid(name, `fields among ${Object.keys(known).join(', ')}`, field);
    checkField(name, field, value);
  }
  const resolved = { ...known, ...Object.fromEntries(given) };
  const { smallest, largest } = resolved as { smallest?: number; largest?: number };
  if (smallest !== undefined && largest !== undefined && smallest > largest) {
    throw invalid(name, 'smallest ≤ largest', `${smallest} and ${largest}`);
  }
  return resolved;
}

function checkField(name: string, field: string, value: unknown): void {
  if (field === 'border') {
    if (value !== 'edge' && value !== 'black') throw invalid(name, "border 'edge' or 'black'", value);
    return;
  }
  const largest = limits[field]!;
  const inside = typeof value === 'number' && value >= 0 && value <= largest;
  if (!inside) throw invalid(name, `${field} from 0 to ${largest}`, value);
  if (field === 'shiftPixels' && !Number.isInteger(value)) throw invalid(name, 'whole pixels', value);
}

const invalid = (name: string, expected: string, received: unknown) =>
  new InvalidArgumentError({
    where: `augment ${name}`,
    expected,
    received,
    fix: 'See the fields of Augmentation.',
  });
