import { type HostTensor, InvalidDataError } from '@hm/tensor';
import { hashOf } from '../checkpoint.ts';
import { type Communicator, collectValues } from './communicator.ts';

/**
 * Checks that all ranks hold the same weights to the bit, before rank 0 writes them down for all.
 *
 * @throws {InvalidDataError} on every rank, if they do not.
 */
export function assertSameState(ranks: Communicator, state: Record<string, HostTensor>, step: number): void {
  const [first, ...others] = collectValues(ranks, hashOf(state));
  const rank = others.findIndex((other) => other !== first) + 1;
  if (rank === 0) return;
  throw new InvalidDataError({
    where: `train, step ${step}`,
    expected: 'the same weights on all ranks',
    received: `others on rank ${rank} than on rank 0`,
    fix: 'Resume from the checkpoint before, on hosts with processors of one kind.',
    fields: { rank, step },
  });
}
