import type { BadSample } from '@hm/datasets';
import { any, type Communicator, collectValues } from './communicator.ts';

/** What any rank's part of the data could not be used, for rank 0 to tell. */
export function shareBadSamples(ranks: Communicator, own: readonly BadSample[]): BadSample[] {
  return any(ranks, own.length > 0) ? collectValues(ranks, own).flat() : [];
}
