import type { VerificationProtocol } from '@hm/datasets';

/** Who is in each pair of a test, by number and without names: what intervals depend on. */
export interface PairedPeople {
  /** `[pairs]`, the person in the first image. */
  first: number[];
  second: number[];
  same: boolean[];
  fold: number[];
}

/** The people in a protocol's pairs, numbered by the folder that each image is in. */
export function peopleOf({ images, pairs }: VerificationProtocol): PairedPeople {
  const numbers = new Map<string, number>();
  const personOf = (image: number) => {
    const name = images[image]!.id.split('/')[0]!;
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return numbers.get(name)!;
  };
  return {
    first: pairs.map(({ first }) => personOf(first)),
    second: pairs.map(({ second }) => personOf(second)),
    same: pairs.map(({ same }) => same),
    fold: pairs.map(({ fold }) => fold),
  };
}
