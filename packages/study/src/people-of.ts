import type { VerificationProtocol } from '@hm/datasets';
import { type PeopleInPairs, peopleInPairs } from '@hm/eval';
import { checkArguments } from '@hm/tensor/host';

/** The people in each pair of a test, by number and without names; intervals depend on them. */
export interface PairedPeople extends PeopleInPairs {
  same: boolean[];
  fold: number[];
}

/** Returns the people in a protocol's pairs, and whether each pair is genuine and in which fold. */
export const peopleOf = (protocol: VerificationProtocol): PairedPeople => {
  checkArguments('peopleOf', { protocol }, { protocol: { has: ['name', 'images'] } });
  return {
    ...peopleInPairs(protocol),
    same: protocol.pairs.map(({ same }) => same),
    fold: protocol.pairs.map(({ fold }) => fold),
  };
};
