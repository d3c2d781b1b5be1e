import { decodeSafetensors, encodeSafetensors } from '@hm/tensor';
import type { Beginning } from '../begin-run.ts';
import type { Communicator } from './communicator.ts';

/** Where the run begins, as rank 0 finds it: no other rank reads or writes the run's folder, which may be on its host alone. */
export async function shareBeginning(
  ranks: Communicator,
  begin: () => Promise<Beginning>,
): Promise<Beginning> {
  if (ranks.count === 1) return begin();
  if (ranks.rank === 0) {
    const beginning = await begin();
    const progress = JSON.stringify(beginning.progress);
    ranks.broadcast(encodeSafetensors(beginning.state, { progress }), 0);
    return beginning;
  }
  const { tensors, metadata } = decodeSafetensors(ranks.broadcast(new Uint8Array(), 0));
  return {
    state: tensors,
    progress: JSON.parse(metadata.progress!),
    checkpoint: undefined,
    damaged: [],
  };
}
