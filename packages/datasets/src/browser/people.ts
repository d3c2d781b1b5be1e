import type { RgbImage } from '@hm/images';
import { checkArguments, InvalidDataError } from '@hm/tensor/host';
import type { Dataset } from '../dataset.ts';

/** A person and their photographs. */
export interface Person {
  name: string;
  /** Aligned faces, all of one size. */
  photographs: readonly RgbImage[];
}

/**
 * Creates a data set from photographs in memory, in the order of the people.
 *
 * @throws {InvalidDataError} if a person has no photographs.
 * @example
 * const data = people([{ name: 'Ada', photographs: [first, second] }, { name: 'Grace', photographs: [third] }]);
 */
export function people(given: readonly Person[]): Dataset {
  checkArguments('people', { given }, { given: 'array' });
  const empty = given.find(({ photographs }) => photographs.length === 0);
  if (empty !== undefined) throw noPhotographs(empty.name);
  const samples = given.flatMap(({ name, photographs }, label) =>
    photographs.map((image, index) => ({ image, label, id: `${name} ${index + 1}` })),
  );
  return {
    length: samples.length,
    classes: given.length,
    labels: Int32Array.from(samples, ({ label }) => label),
    name: (label) => given[label]!.name,
    sample: (index) => samples[index]!,
  };
}

const noPhotographs = (name: string) =>
  new InvalidDataError({
    where: 'people',
    expected: 'at least one photograph of each person',
    received: `none of ${name}`,
    fix: 'Add one, or leave the person out.',
    fields: { name },
  });
