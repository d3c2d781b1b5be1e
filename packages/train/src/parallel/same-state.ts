import { createHash } from 'node:crypto';
import { type HostTensor, InvalidDataError } from '@hm/tensor';
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

/** SHA-256 of a state's names and values. */
function hashOf(state: Record<string, HostTensor>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(state).sort()) {
    const { data } = state[name]!;
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
