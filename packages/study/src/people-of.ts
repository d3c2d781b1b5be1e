import type { VerificationProtocol } from '@hm/datasets';
import { type PeopleInPairs, peopleInPairs } from '@hm/eval';
import { checkArguments } from '@hm/tensor/host';

/** Who is in each pair of a test, by number and without names: what intervals depend on. */
export interface PairedPeople extends PeopleInPairs {
  same: boolean[];
  fold: number[];
}

/** The people in a protocol's pairs, and what is said of each pair. */
export const peopleOf = (protocol: VerificationProtocol): PairedPeople => {
  checkArguments('peopleOf', { protocol }, { protocol: { has: ['name', 'images'] } });
  return {
    ...peopleInPairs(protocol),
    same: protocol.pairs.map(({ same }) => same),
    fold: protocol.pairs.map(({ fold }) => fold),
  };
};
