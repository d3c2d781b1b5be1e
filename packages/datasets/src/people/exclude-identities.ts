import { checkArguments, checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import { type Dataset, factsOf } from '../dataset.ts';
import { normalName } from '../files/entry-name.ts';
import { labelsOf } from '../write/encoded-samples.ts';

/** A data set without some identities. */
export interface WithoutIdentities extends Dataset {
  readonly labels: Int32Array;
  /** Names of the identities that were left out. */
  readonly excluded: readonly string[];
}

/** Options of {@link excludeIdentities}. */
export interface ExcludeOptions {
  /** Accept names that the data set does not have. Default false: a misspelt name would leak a test identity. */
  allowUnknown?: boolean;
}

/**
 * Leaves identities out of a data set of any format, by name, and renumbers the rest without gaps.
 *
 * @throws {InvalidArgumentError} if a name is not one of the data set's.
 * @example
 * const data = await excludeIdentities(await imageFolder('CASIA-WebFace'), casiaLfwOverlap);
 */
export async function excludeIdentities(
  dataset: Dataset,
  names: readonly string[],
  options: ExcludeOptions = {},
): Promise<WithoutIdentities> {
  const { allowUnknown } = checkOptions('excludeIdentities', options, { allowUnknown: 'boolean' });
  checkArguments('excludeIdentities', { dataset, names }, { dataset: 'object', names: 'array' });
  const excluded = new Set(names.map(normalName));
  const without = await withoutLabels(dataset, (label) => excluded.has(normalName(dataset.name(label))));
  if (!allowUnknown)
    checkExcluded('excludeIdentities', names, without.excluded, {
      fix: 'Correct the names, or pass allowUnknown: true.',
    });
  return without;
}

/** Leaves identities out by label, and renumbers the rest without gaps. */
export async function withoutLabels(
  dataset: Dataset,
  isExcluded: (label: number) => boolean,
): Promise<WithoutIdentities> {
  const labels = await labelsOf(dataset);
  const renumbered = new Int32Array(dataset.classes).fill(-1);
  const kept: number[] = [];
  const excluded: string[] = [];
  for (let label = 0; label < dataset.classes; label++) {
    if (isExcluded(label)) excluded.push(dataset.name(label));
    else renumbered[label] = kept.push(label) - 1;
  }
  const places = Uint32Array.from(labels.keys()).filter((index) => renumbered[labels[index]!] !== -1);
  return {
    excluded,
    ...factsOf(dataset),
    length: places.length,
    classes: kept.length,
    labels: Int32Array.from(places, (index) => renumbered[labels[index]!]!),
    name: (label) => dataset.name(kept[label]!),
    async sample(index) {
      const sample = await dataset.sample(places[index]!);
      return { ...sample, label: renumbered[sample.label]! };
    },
  };
}

/**
 * Throws if a name matches no identity, because a misspelt name would leak a test identity.
 *
 * @throws {InvalidArgumentError} that lists these names.
 */
export function checkExcluded(
  where: string,
  names: readonly string[],
  found: readonly string[],
  { fix }: { fix: string },
): void {
  const known = new Set(found.map(normalName));
  const unknown = names.filter((name) => !known.has(normalName(name)));
  if (unknown.length === 0) return;
  const more = unknown.length > LISTED ? ` and ${unknown.length - LISTED} more` : '';
  throw new InvalidArgumentError({
    where,
    expected: 'names of identities in the data set',
    received: unknown.slice(0, LISTED).join(', ') + more,
    fix,
    fields: { unknown, option: 'exclude' },
  });
}

const LISTED = 20;
